using Guardian.Analysis;
using Guardian.Events;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Gives pending events their verdict.</summary>
internal sealed class AnalysisWorker(IEventStore events, IEventAnalyzer analyzer, TimeProvider time, ILogger<AnalysisWorker> logger) : EventWorker(events, EventStage.Pending, Batch, logger)
{
    /// <summary>One at a time: when the analysis takes its process with it, that must not count as an attempt at the other events.</summary>
    private const int Batch = 1;
    private const int MaxAttempts = 5;

    protected override async Task WorkAsync(EventLease lease, CancellationToken cancellationToken)
    {
        AnalysisResult result = await analyzer.AnalyzeAsync(Request(lease), cancellationToken);
        await Events.SaveVerdictAsync(lease, Verdict(result), cancellationToken);
    }

    /// <summary>An event that cannot be analysed gets a verdict that says so: it must neither block others nor vanish.</summary>
    protected override async Task GiveUpAsync(EventLease lease, Exception error, CancellationToken cancellationToken) => await Events.SaveVerdictAsync(
        lease,
        new Verdict
        {
            AnomalyType = "unclassified",
            Severity = Severity.Medium,
            Score = 50,
            Reasons = [new VerdictReason("analysis_failed", $"The second stage failed {MaxAttempts} times; look at the frames yourself.", 50)],
            Regions = [],
            AnalysedAt = time.GetUtcNow(),
        },
        cancellationToken);

    protected override bool IsLast(int attempt) => attempt >= MaxAttempts;

    private static AnalysisRequest Request(EventLease lease) => new()
    {
        CameraId = lease.Event.CameraId.ToString(),
        EventType = lease.Event.Type,
        OccurredAt = lease.Event.OccurredAt,
        Frames = [.. lease.Frames.Select(f => new FrameInput(f.Jpeg, f.CapturedAt))],
        EdgeConfidence = lease.Event.Confidence,
        EdgeScore = lease.Event.AnomalyScore,
        EdgeThreshold = lease.Event.AnomalyThreshold,
        EdgeDetections = [.. lease.Event.Detections.Select(d => new DetectedObject(d.Label, d.Confidence, d.X, d.Y, d.Width, d.Height))],
    };

    private Verdict Verdict(AnalysisResult result) => new()
    {
        AnomalyType = result.Assessment.AnomalyType.ToStableName(),
        Severity = Enum.Parse<Severity>(result.Risk.Level.ToString()),
        Score = result.Risk.Value,
        Reasons =
        [
            new VerdictReason("assessment", result.Assessment.Explanation, 0),
            .. result.Risk.Factors.Select(f => new VerdictReason(f.Name, f.Text, f.Points)),
            .. result.Problems.Select(p => new VerdictReason("problem", p, 0)),
        ],
        Regions = [.. result.Objects.Select(o => new Detection(o.Label, o.Confidence, o.X, o.Y, o.Width, o.Height))],
        AnalysedAt = time.GetUtcNow(),
    };
}
