using System.Globalization;
using Guardian.EdgeSimulator.Device;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Load;

/// <summary>An edge that only sends: it has a camera in name, measures its machine, and knows no commands or models.</summary>
internal sealed class LoadDevice(string cameraId, string folder, TimeProvider time) : IEdgeDevice
{
    private readonly MachineMetrics _machine = new(folder);

    public Task<IReadOnlyList<CameraCapability>> DescribeCamerasAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CameraCapability>>([new CameraCapability { CameraId = cameraId, Name = cameraId, Type = "load", Enabled = true, Status = "online" }]);

    public Task<TelemetryData> MeasureAsync(CancellationToken cancellationToken)
    {
        var telemetry = new TelemetryData { System = _machine.Measure(), Application = new ApplicationMetrics { ActiveCameras = 1 } };
        telemetry.Cameras.Add(new CameraStatus { CameraId = cameraId, Online = true, LastSeen = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) });
        return Task.FromResult(telemetry);
    }

    public Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken) => Task.FromResult(CommandAnswer.Unsupported);

    public Task<ModelRuntime> DescribeRuntimeAsync(CancellationToken cancellationToken) => Task.FromResult(new ModelRuntime { Name = "none" });

    public Task<ModelProbe> LoadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken) => throw new TunnelException("this edge only sends; it runs no models");

    public Task WithdrawModelAsync(Deployment deployment, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ModelReportedAsync(Deployment deployment, bool isAccepted, string reason, CancellationToken cancellationToken) => Task.CompletedTask;
}
