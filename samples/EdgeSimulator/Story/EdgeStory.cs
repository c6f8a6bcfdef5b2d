using System.Security.Cryptography;
using Google.Protobuf;
using Guardian.EdgeSimulator.Cameras;
using Guardian.Models;
using Guardian.Storage;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Story;

/// <summary>An edge's life in a few minutes: report the camera, upload what is normal, receive a model, watch, raise an event, upload its sealed clip.</summary>
internal sealed class EdgeStory(StorySettings settings, EdgeClient client, EdgeCredentials credentials, ICameraSource camera, StoryOutput output, TimeProvider time)
{
    /// <summary>At most this share of unseen normal frames may alarm for the step to hold.</summary>
    private const double TolerableFalseAlarms = 0.20;
    private const int EventFrameCount = 3, ProgressStep = 20, UploadAttempts = 50;
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await ReportCameraAsync(cancellationToken);
        await UploadSnapshotsAsync(cancellationToken);
        using EdgeModel model = await ReceiveModelAsync(cancellationToken);
        bool quiet = Watch(model);
        bool raised = await RaiseEventAsync(model, cancellationToken);
        if (!settings.Once)
        {
            await StayAliveAsync(cancellationToken);
        }

        return quiet && raised;
    }

    private async Task ReportCameraAsync(CancellationToken cancellationToken)
    {
        var capability = new CameraCapability
        {
            CameraId = settings.CameraId,
            Name = "Front door",
            Type = camera.Type,
            Enabled = true,
            Status = "online",
            SnapshotRequired = true,
            RequiredSnapshotCount = (uint)settings.Snapshots,
        };
        SyncCapabilitiesResponse response = await client.SyncCapabilitiesAsync([capability], cancellationToken);
        CameraReadiness? readiness = response.Cameras.FirstOrDefault(c => c.CameraId == settings.CameraId);
        output.Step("capabilities", response.Success && readiness is not null, $"camera {settings.CameraId}: {readiness?.Status ?? response.ErrorMessage}", new { readiness?.Status });
    }

    private async Task UploadSnapshotsAsync(CancellationToken cancellationToken)
    {
        int accepted = 0, answered = 0;
        string? refusal = null;
        await foreach (UploadSnapshotResponse answer in client.UploadSnapshotsAsync(SnapshotsAsync(), cancellationToken))
        {
            accepted += answer.Result is UploadSnapshotResponse.Types.Result.Accepted or UploadSnapshotResponse.Types.Result.Duplicate ? 1 : 0;
            refusal ??= answer.Result == UploadSnapshotResponse.Types.Result.Refused ? answer.Reason : null;
            if (++answered % ProgressStep == 0)
            {
                output.Progress("snapshots", answered, settings.Snapshots);
            }
        }

        output.Step("snapshots", accepted == answered && answered > 0, $"{accepted} of {answered} normal snapshots stored{(refusal is null ? "" : $"; {refusal}")}", new { accepted, answered });
    }

    private async IAsyncEnumerable<UploadSnapshotRequest> SnapshotsAsync()
    {
        int number = 0;
        foreach (CameraFrame frame in camera.NormalFrames(settings.Snapshots))
        {
            yield return new UploadSnapshotRequest
            {
                SnapshotId = $"{settings.CameraId}-{++number:0000}",
                CameraId = settings.CameraId,
                Label = "normal",
                CapturedAt = UnixNanoseconds.From(frame.CapturedAt),
                Jpeg = UnsafeByteOperations.UnsafeWrap(frame.Jpeg),
            };
        }

        await Task.CompletedTask;
    }

    private async Task<EdgeModel> ReceiveModelAsync(CancellationToken cancellationToken)
    {
        await foreach (Deployment deployment in client.WatchDeploymentsAsync(cancellationToken))
        {
            EdgeModel model = await EdgeModel.InstallAsync(client, deployment, settings.Work, cancellationToken);
            output.Step(
                "deploy", true, $"model {deployment.ModelId}, {deployment.SizeBytes / 1024} KiB, SHA-256 verified, loaded, probe frame scored",
                new { deployment.ModelId, Sha256 = Convert.ToHexStringLower(deployment.Sha256.Span), model.Scorer.Threshold });
            return model;
        }

        throw new TunnelException("the node ended the watch for models");
    }

    private bool Watch(EdgeModel model)
    {
        int frames = 0, alarms = 0;
        foreach (CameraFrame frame in camera.QuietFrames(settings.QuietFrames))
        {
            frames++;
            alarms += model.Scorer.Score(frame.Jpeg).IsAnomalous ? 1 : 0;
        }

        double per100 = 100.0 * alarms / Math.Max(1, frames);
        bool ok = frames > 0 && alarms <= frames * TolerableFalseAlarms;
        output.Step("quiet", ok, $"{per100:0.0} false alarms per 100 frames ({alarms} of {frames} unseen normal frames)", new { frames, alarms });
        return ok;
    }

    private async Task<bool> RaiseEventAsync(EdgeModel model, CancellationToken cancellationToken)
    {
        List<CameraFrame> frames = [.. camera.EventFrames()];
        List<(CameraFrame Frame, ModelScore Score)> scored = [.. frames.Select(f => (f, model.Scorer.Score(f.Jpeg)))];
        int first = scored.FindIndex(s => s.Score.IsAnomalous);
        if (first < 0)
        {
            output.Step("event", false, $"a person walked in and the model did not notice: highest score {scored.Max(s => s.Score.Score):0.00}, threshold {model.Scorer.Threshold:0.00}");
            return false;
        }

        // The strongest frame and its neighbours half a second away tell the node the most.
        int strongest = Enumerable.Range(first, scored.Count - first).MaxBy(i => scored[i].Score.Score);
        int gap = Math.Max(1, camera.EventFramesPerSecond / 2);
        int[] chosen = [.. Enumerable.Range(-1, EventFrameCount).Select(i => Math.Clamp(strongest + (i * gap), 0, frames.Count - 1)).Distinct()];
        Guid id = Guid.NewGuid();
        Event e = MakeEvent(id, model, scored[strongest].Score, frames[first].CapturedAt, chosen.Select(i => frames[i]));
        SendEventsResponse response = await client.SendEventsAsync([e], cancellationToken);

        string clip = Path.Combine(settings.Work, $"{id}.mp4");
        await Ffmpeg.EncodeAsync(frames.Select(f => f.Jpeg), camera.EventFramesPerSecond, clip, cancellationToken);
        string sealedClip = clip + ".sealed";
        await SealAsync(clip, sealedClip, cancellationToken);
        ClipUploadResult upload;
        await using (FileStream file = File.OpenRead(sealedClip))
        {
            upload = await client.UploadClipAsync(id, file, UploadAttempts, new UploadProgress(output, file.Length), cancellationToken);
        }

        ModelScore best = scored[strongest].Score;
        output.Step(
            "event", response.Success, $"score {best.Score:0.00} over threshold {best.Threshold:0.00}; {chosen.Length} frames and a sealed clip of {upload.TotalBytes / 1024} KiB sent",
            new { EventId = id, best.Score, best.Threshold, ClipSha256 = await HashAsync(clip, cancellationToken), SealedSha256 = await HashAsync(sealedClip, cancellationToken), upload.TotalBytes });
        return response.Success;
    }

    private Event MakeEvent(Guid id, EdgeModel model, ModelScore score, DateTimeOffset start, IEnumerable<CameraFrame> frames)
    {
        var e = new Event
        {
            Id = id.ToString(),
            CameraId = settings.CameraId,
            EventType = "anomaly",
            Timestamp = UnixNanoseconds.From(start),
            Confidence = Math.Clamp(1 - (score.Threshold / (2 * score.Score)), 0, 1),
            ModelVersion = model.ModelId,
            AnomalyScore = score.Score,
            AnomalyThreshold = score.Threshold,
        };
        e.Frames.AddRange(frames.Select(f => new Frame { Jpeg = UnsafeByteOperations.UnsafeWrap(f.Jpeg), CapturedAt = UnixNanoseconds.From(f.CapturedAt) }));
        return e;
    }

    private async Task SealAsync(string clip, string sealedClip, CancellationToken cancellationToken)
    {
        var sealer = new Sealer([.. credentials.Recipients.Select(r => RecipientPublicKey.FromDer(r))]);
        await using FileStream from = File.OpenRead(clip);
        await using FileStream to = File.Create(sealedClip);
        await sealer.SealAsync(from, to, "video/mp4", cancellationToken);
    }

    /// <summary>Until it is told to stop, the edge says that it is alive.</summary>
    private async Task StayAliveAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(HeartbeatInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await client.HeartbeatAsync(cancellationToken);
            }
            catch (Grpc.RpcException e) when (e.IsTransient)
            {
                // The node is away; the next beat tries again.
            }
        }
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private sealed class UploadProgress(StoryOutput output, long total) : IProgress<long>
    {
        private const int Steps = 4;
        private long _next = total / Steps;

        public void Report(long value)
        {
            if (value >= _next)
            {
                output.Progress("clip", value, total);
                _next += total / Steps;
            }
        }
    }
}
