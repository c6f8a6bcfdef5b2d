using System.Text.Json;
using Guardian.Shared.Onnx;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.EdgeSimulator.Device;

/// <summary>An edge that takes any ONNX file for its cameras and tells, as JSON lines, what it works with. It scores nothing.</summary>
internal sealed class ModelDevice(IReadOnlyList<string> cameras, string folder) : IEdgeDevice
{
    private readonly MachineMetrics _machine = new(folder);

    public Task<IReadOnlyList<CameraCapability>> DescribeCamerasAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CameraCapability>>([.. cameras.Select(c => new CameraCapability { CameraId = c, Name = c, Type = "simulated", Enabled = true, Status = "online" })]);

    public Task<TelemetryData> MeasureAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new TelemetryData { System = _machine.Measure(), Application = new ApplicationMetrics { ActiveCameras = cameras.Count } });

    public Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken) => Task.FromResult(CommandAnswer.Unsupported);

    public Task<ModelRuntime> DescribeRuntimeAsync(CancellationToken cancellationToken) => Task.FromResult(new ModelRuntime
    {
        Name = $"ONNX Runtime {EdgeRuntimeLimits.RuntimeVersion}",
        Version = EdgeRuntimeLimits.RuntimeVersion,
        MaxOpset = EdgeRuntimeLimits.MaxOpset,
        MaxModelBytes = EdgeRuntimeLimits.MaxModelBytes,
    });

    public Task<ModelProbe> LoadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken)
    {
        OnnxTelemetry.TurnOff();
        using var session = new InferenceSession(path);
        return Task.FromResult(new ModelProbe(null, []));
    }

    public Task WithdrawModelAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        Tell(new { camera = deployment.CameraId, active = (string?)null });
        return Task.CompletedTask;
    }

    public Task ModelReportedAsync(Deployment deployment, bool isAccepted, string reason, CancellationToken cancellationToken)
    {
        if (isAccepted)
        {
            Tell(new { camera = deployment.CameraId, active = deployment.ModelId, sha256 = Convert.ToHexStringLower(deployment.Sha256.Span) });
        }
        else
        {
            Tell(new { camera = deployment.CameraId, refused = deployment.ModelId, reason });
        }

        return Task.CompletedTask;
    }

    private static void Tell<T>(T line) => Console.WriteLine(JsonSerializer.Serialize(line));
}
