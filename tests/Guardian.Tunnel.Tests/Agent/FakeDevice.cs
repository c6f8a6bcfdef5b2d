using System.Collections.Concurrent;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Agent;

/// <summary>A machine in memory: what it was told, and what it answers.</summary>
internal sealed class FakeDevice : IEdgeDevice
{
    public ConcurrentQueue<CommandAction> Executed { get; } = new();

    public Func<CommandAction, CancellationToken, Task<CommandAnswer>> Answer { get; set; } = (_, _) => Task.FromResult(CommandAnswer.Done("{\"ok\":true}"));

    /// <summary>Whether asking it anything throws.</summary>
    public bool IsBroken { get; set; }

    public Func<string, double> Load { get; set; } = _ => 1.5;

    public ConcurrentQueue<(string ModelId, bool IsAccepted, string Reason)> Models { get; } = new();

    public Task<IReadOnlyList<CameraCapability>> DescribeCamerasAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CameraCapability>>([new CameraCapability { CameraId = "front-door", Name = "Front", LabeledSnapshotCount = 7, LabelCounts = { ["normal"] = 7 } }]);

    public Task<TelemetryData> MeasureAsync(CancellationToken cancellationToken) => IsBroken ? throw new IOException("no sensor") : Task.FromResult(new TelemetryData { System = new SystemMetrics { CpuUsagePercent = 12 } });

    public Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken)
    {
        Executed.Enqueue(action);
        return Answer(action, cancellationToken);
    }

    public Task<ModelRuntime> DescribeRuntimeAsync(CancellationToken cancellationToken) => Task.FromResult(new ModelRuntime { Name = "test 1.0", MaxOpset = 18 });

    public Task<ModelProbe> LoadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken) =>
        Task.FromResult(new ModelProbe(Load(path), [.. deployment.ProbeFrames.Select(f => (double)f.Jpeg[0])], 2.5));

    public Task WithdrawModelAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        Models.Enqueue((deployment.ModelId, false, "withdrawn"));
        return Task.CompletedTask;
    }

    public Task ModelReportedAsync(Deployment deployment, bool isAccepted, string reason, CancellationToken cancellationToken)
    {
        Models.Enqueue((deployment.ModelId, isAccepted, reason));
        return Task.CompletedTask;
    }
}
