using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Guardian.EdgeSimulator.Cameras;
using Guardian.Models;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Device;

/// <summary>A small edge appliance with one camera: what its agent asks of it.</summary>
internal sealed class SimulatedDevice(string cameraId, int requiredSnapshots, string folder, ICameraSource camera, TimeProvider time) : IEdgeDevice, IDisposable
{
    private readonly MachineMetrics _machine = new(folder);
    private readonly TaskCompletionSource<EdgeModel> _model = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started = Stopwatch.GetTimestamp();
    private EdgeModel? _loaded, _former;
    private int _labelled;
    private int _restarts;

    /// <summary>The first model that the node deployed and accepted the report of.</summary>
    public Task<EdgeModel> Model => _model.Task;

    /// <summary>The model in use; null before there is one.</summary>
    public EdgeModel? Current { get; private set; }

    /// <summary>Makes a clip of what the camera saw and queues it with its event; set once the agent is there.</summary>
    public Func<RequestClipAction, CancellationToken, Task<Guid>>? RecentClip { get; set; }

    /// <summary>Milliseconds that the model took over the last frame.</summary>
    public double InferenceMilliseconds { get; set; }

    private string ConfigurationFile => Path.Combine(folder, "configuration.json");

    public void Labelled(int count) => _labelled = count;

    public Task<IReadOnlyList<CameraCapability>> DescribeCamerasAsync(CancellationToken cancellationToken)
    {
        var capability = new CameraCapability
        {
            CameraId = cameraId,
            Name = "Front door",
            Type = camera.Type,
            Enabled = true,
            Status = "online",
            SnapshotRequired = _labelled < requiredSnapshots,
            RequiredSnapshotCount = (uint)requiredSnapshots,
            LabeledSnapshotCount = (uint)_labelled,
        };
        if (_labelled > 0)
        {
            capability.LabelCounts["normal"] = (uint)_labelled;
        }

        return Task.FromResult<IReadOnlyList<CameraCapability>>([capability]);
    }

    public Task<TelemetryData> MeasureAsync(CancellationToken cancellationToken)
    {
        var telemetry = new TelemetryData { System = _machine.Measure(), Application = new ApplicationMetrics { ActiveCameras = 1, AiInferenceTimeMs = InferenceMilliseconds } };
        telemetry.Cameras.Add(new CameraStatus { CameraId = cameraId, Online = true, LastSeen = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) });
        if (Current is { } model)
        {
            telemetry.Models.Add(model.Use());
        }

        return Task.FromResult(telemetry);
    }

    public async Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken)
    {
        switch (action.ActionCase)
        {
            case CommandAction.ActionOneofCase.GetStatus:
                return CommandAnswer.Done(JsonSerializer.Serialize(new
                {
                    software = EdgeSoftware.Name,
                    uptime_seconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds),
                    cameras = new[] { cameraId },
                    model = Current?.ModelId,
                    restarts = _restarts,
                }));
            case CommandAction.ActionOneofCase.GetConfig:
                return CommandAnswer.Done((await ReadConfigurationAsync(cancellationToken)).ToJsonString());
            case CommandAction.ActionOneofCase.UpdateConfig:
                await MergeAsync(JsonNode.Parse(action.UpdateConfig.ConfigJson)!.AsObject(), cancellationToken);
                return CommandAnswer.Done();
            case CommandAction.ActionOneofCase.UpdateZones:
                await MergeAsync(new JsonObject { ["zones"] = new JsonObject { [action.UpdateZones.CameraId] = JsonNode.Parse(action.UpdateZones.ZonesJson) } }, cancellationToken);
                return CommandAnswer.Done();
            case CommandAction.ActionOneofCase.RestartService when action.RestartService.ServiceName == "detector":
                _restarts++;
                return CommandAnswer.Done();
            case CommandAction.ActionOneofCase.RestartService:
                return new CommandAnswer(CommandResult.Types.Outcome.Failed, Error: $"service_name: there is no {action.RestartService.ServiceName} here, only detector");
            case CommandAction.ActionOneofCase.RequestClip when RecentClip is { } make:
                return CommandAnswer.Done(JsonSerializer.Serialize(new { event_id = await make(action.RequestClip, cancellationToken) }));
            default:
                return CommandAnswer.Unsupported;
        }
    }

    public Task<ModelRuntime> DescribeRuntimeAsync(CancellationToken cancellationToken) => Task.FromResult(new ModelRuntime
    {
        Name = $"ONNX Runtime {EdgeRuntimeLimits.RuntimeVersion}",
        Version = EdgeRuntimeLimits.RuntimeVersion,
        MaxOpset = EdgeRuntimeLimits.MaxOpset,
        MemoryBytes = _machine.Measure().MemoryTotalBytes / 2,
        MaxModelBytes = EdgeRuntimeLimits.MaxModelBytes,
        MaxInputSide = EdgeRuntimeLimits.MaxInputSide,
    });

    public async Task<ModelProbe> LoadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken)
    {
        var scorer = new ModelScorer(await File.ReadAllBytesAsync(path, cancellationToken));
        _loaded?.Dispose();
        _loaded = new EdgeModel(deployment.DeploymentId, deployment.ModelId, scorer, (long)deployment.SizeBytes, Convert.ToHexStringLower(deployment.Sha256.Span), time.GetUtcNow());
        long start = Stopwatch.GetTimestamp();
        double[] scores = [.. deployment.ProbeFrames.Select(f => scorer.Score(f.Jpeg.Memory).Score)];
        double? milliseconds = scores.Length == 0 ? null : Stopwatch.GetElapsedTime(start).TotalMilliseconds / scores.Length;
        return new ModelProbe(scorer.ScoreProbe(), scores, milliseconds);
    }

    public Task WithdrawModelAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        Retire(null);
        return Task.CompletedTask;
    }

    public Task ModelReportedAsync(Deployment deployment, bool isAccepted, string reason, CancellationToken cancellationToken)
    {
        if (isAccepted)
        {
            Retire(_loaded);
            _loaded = null;
            _model.TrySetResult(Current!);
        }
        else
        {
            _loaded?.Dispose();
            _loaded = null;
            _model.TrySetException(new TunnelException($"deployment {deployment.DeploymentId}: {reason}"));
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _loaded?.Dispose();
        _former?.Dispose();
        Current?.Dispose();
    }

    /// <summary>The one in use may be scoring a frame just now: it is let go with the next change.</summary>
    private void Retire(EdgeModel? next)
    {
        _former?.Dispose();
        (_former, Current) = (Current, next);
    }

    private async Task<JsonObject> ReadConfigurationAsync(CancellationToken cancellationToken) => File.Exists(ConfigurationFile)
        ? JsonNode.Parse(await File.ReadAllTextAsync(ConfigurationFile, cancellationToken))!.AsObject()
        : new JsonObject { ["frames_per_second"] = camera.EventFramesPerSecond, ["camera"] = cameraId };

    /// <summary>Sets what is named and leaves the rest (JSON Merge Patch of the first level; zones by camera).</summary>
    private async Task MergeAsync(JsonObject change, CancellationToken cancellationToken)
    {
        JsonObject configuration = await ReadConfigurationAsync(cancellationToken);
        foreach ((string key, JsonNode? value) in change.ToList())
        {
            if (key == "zones" && configuration["zones"] is JsonObject zones && value is JsonObject changed)
            {
                foreach ((string id, JsonNode? zone) in changed.ToList())
                {
                    zones[id] = zone?.DeepClone();
                }
            }
            else
            {
                configuration[key] = value?.DeepClone();
            }
        }

        await File.WriteAllTextAsync(ConfigurationFile + ".new", configuration.ToJsonString(), cancellationToken);
        File.Move(ConfigurationFile + ".new", ConfigurationFile, overwrite: true);
    }
}
