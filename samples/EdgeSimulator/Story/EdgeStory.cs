using System.Security.Cryptography;
using Google.Protobuf;
using Guardian.EdgeSimulator.Cameras;
using Guardian.EdgeSimulator.Device;
using Guardian.Models;
using Guardian.Storage;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Story;

/// <summary>An edge's life in a few minutes: report the camera, upload what is normal, receive a model, watch, raise an event, upload its sealed clip.</summary>
internal sealed class EdgeStory(StorySettings settings, EdgeAgent agent, SimulatedDevice device, ICameraSource camera, StoryOutput output)
{
    /// <summary>At most this share of unseen normal frames may alarm for the step to hold.</summary>
    private const double TolerableFalseAlarms = 0.20;
    private const int EventFrameCount = 3, ProgressStep = 20;

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        device.RecentClip = RecentClipAsync;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = agent.RunAsync(ends.Token);
        Task<bool> telling = TellAsync(ends.Token);

        // Whichever fails first tells why.
        await await Task.WhenAny(running, telling);
        bool held = await telling;
        if (!settings.Once)
        {
            await running;
        }

        await ends.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }

        return held;
    }

    private async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        await ReportCameraAsync(cancellationToken);
        await UploadSnapshotsAsync(cancellationToken);
        EdgeModel model = await device.Model.WaitAsync(cancellationToken);
        output.Step(
            "deploy", true, $"model {model.ModelId}, {model.SizeBytes / 1024} KiB, SHA-256 verified, loaded, probe frame scored",
            new { model.ModelId, model.Sha256, model.Scorer.Threshold });
        bool quiet = Watch(model);
        bool raised = await RaiseEventAsync(model, cancellationToken);
        return quiet && raised;
    }

    private async Task ReportCameraAsync(CancellationToken cancellationToken)
    {
        SyncCapabilitiesResponse response = await agent.SyncCapabilitiesAsync(cancellationToken);
        CameraReadiness? readiness = response.Cameras.FirstOrDefault(c => c.CameraId == settings.CameraId);
        output.Step("capabilities", response.Success && readiness is not null, $"camera {settings.CameraId}: {readiness?.Status ?? response.ErrorMessage}", new { readiness?.Status });
    }

    private async Task UploadSnapshotsAsync(CancellationToken cancellationToken)
    {
        int accepted = 0, answered = 0;
        string? refusal = null;
        await foreach (UploadSnapshotResponse answer in agent.UploadSnapshotsAsync([.. Snapshots()], cancellationToken))
        {
            accepted += answer.Result is UploadSnapshotResponse.Types.Result.Accepted or UploadSnapshotResponse.Types.Result.Duplicate ? 1 : 0;
            refusal ??= answer.Result == UploadSnapshotResponse.Types.Result.Refused ? answer.Reason : null;
            device.Labelled(accepted);
            if (++answered % ProgressStep == 0)
            {
                output.Progress("snapshots", answered, settings.Snapshots);
            }
        }

        output.Step("snapshots", accepted == answered && answered > 0, $"{accepted} of {answered} normal snapshots stored{(refusal is null ? "" : $"; {refusal}")}", new { accepted, answered });
    }

    private IEnumerable<UploadSnapshotRequest> Snapshots() => camera.NormalFrames(settings.Snapshots).Select((frame, number) => new UploadSnapshotRequest
    {
        SnapshotId = $"{settings.CameraId}-{number + 1:0000}",
        CameraId = settings.CameraId,
        Label = "normal",
        CapturedAt = UnixNanoseconds.From(frame.CapturedAt),
        Jpeg = UnsafeByteOperations.UnsafeWrap(frame.Jpeg),
    });

    private bool Watch(EdgeModel model)
    {
        int frames = 0, alarms = 0;
        foreach (CameraFrame frame in camera.QuietFrames(settings.QuietFrames))
        {
            frames++;
            alarms += model.Score(frame.Jpeg).IsAnomalous ? 1 : 0;
        }

        double per100 = 100.0 * alarms / Math.Max(1, frames);
        bool ok = frames > 0 && alarms <= frames * TolerableFalseAlarms;
        output.Step("quiet", ok, $"{per100:0.0} false alarms per 100 frames ({alarms} of {frames} unseen normal frames)", new { frames, alarms });
        return ok;
    }

    private async Task<bool> RaiseEventAsync(EdgeModel model, CancellationToken cancellationToken)
    {
        List<CameraFrame> frames = [.. camera.EventFrames()];
        List<(CameraFrame Frame, ModelScore Score)> scored = [.. frames.Select(f => (f, model.Score(f.Jpeg)))];
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
        (bool stored, string clip, string sealedClip, long bytes) = await SendAsync(e, frames, cancellationToken);
        ModelScore best = scored[strongest].Score;
        output.Step(
            "event", stored, $"score {best.Score:0.00} over threshold {best.Threshold:0.00}; {chosen.Length} frames and a sealed clip of {bytes / 1024} KiB sent",
            new { EventId = id, best.Score, best.Threshold, ClipSha256 = clip, SealedSha256 = sealedClip, TotalBytes = bytes });
        return stored;
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

    /// <summary>Queues an event with its sealed clip and waits until the node holds both.</summary>
    private async Task<(bool Stored, string ClipSha256, string SealedSha256, long Bytes)> SendAsync(Event e, IReadOnlyList<CameraFrame> frames, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(e.Id);
        Task<SendOutcome> eventSent = agent.EventOutcomeAsync(id, cancellationToken), clipSent = agent.ClipOutcomeAsync(id, cancellationToken);
        await agent.EnqueueEventAsync(e, cancellationToken);

        string clip = Path.Combine(settings.Work, $"{id}.mp4"), sealedClip = clip + ".sealed";
        await Ffmpeg.EncodeAsync(frames.Select(f => f.Jpeg), camera.EventFramesPerSecond, clip, cancellationToken);
        await SealAsync(clip, sealedClip, cancellationToken);
        long bytes = new FileInfo(sealedClip).Length;
        (string plainHash, string sealedHash) = (await HashAsync(clip, cancellationToken), await HashAsync(sealedClip, cancellationToken));
        await agent.EnqueueClipAsync(id, sealedClip, cancellationToken);
        return ((await eventSent).Stored && (await clipSent).Stored, plainHash, sealedHash, bytes);
    }

    /// <summary>Answers a request for a clip with what the camera shows; this camera records nothing, so it is what it would see in that time.</summary>
    private async Task<Guid> RecentClipAsync(RequestClipAction request, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        List<CameraFrame> frames = [.. camera.QuietFrames(camera.EventFramesPerSecond * (int)Math.Clamp(request.DurationNs / 1_000_000_000, 1, 30))];
        var e = new Event { Id = id.ToString(), CameraId = request.CameraId, EventType = "clip_request", Timestamp = request.From };
        e.Frames.Add(new Frame { Jpeg = UnsafeByteOperations.UnsafeWrap(frames[0].Jpeg), CapturedAt = request.From });
        (bool stored, _, _, _) = await SendAsync(e, frames, cancellationToken);
        return stored ? id : throw new TunnelException("the node did not take the clip");
    }

    private async Task SealAsync(string clip, string sealedClip, CancellationToken cancellationToken)
    {
        var sealer = new Sealer([.. agent.Recipients.Select(r => RecipientPublicKey.FromDer(r))]);
        await using FileStream from = File.OpenRead(clip);
        await using FileStream to = File.Create(sealedClip);
        await sealer.SealAsync(from, to, "video/mp4", cancellationToken);
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
