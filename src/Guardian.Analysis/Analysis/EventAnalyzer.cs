using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Analysis;

/// <summary>
/// The embedded analyzer. For each event: 1. decode each frame, measure its quality, score it, detect in it, and let the pixels go; 2. read
/// the camera's baseline; 3. name the kind of anomaly; 4. score the risk. The baseline is not changed: an event is not known to be normal.
/// Thread-safe.
/// </summary>
public sealed class EventAnalyzer : IEventAnalyzer, IDisposable
{
    private readonly IAnomalyMapSource _maps;
    private readonly IObjectDetector _detector;
    private readonly IBaselineStore _baselines;
    private readonly IAnomalyReasoner _reasoner;
    private readonly IRiskScorer _scorer;
    private readonly AnalysisOptions _options;
    private readonly TimeZoneInfo _zone;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots;

    /// <summary>Makes the analyzer.</summary>
    /// <param name="maps">The cameras' models.</param>
    /// <param name="detector">Finds things in frames.</param>
    /// <param name="baselines">What is normal.</param>
    /// <param name="reasoner">Names the kind of anomaly.</param>
    /// <param name="scorer">Scores the risk.</param>
    /// <param name="options">Time zone and bounds; null is the defaults.</param>
    /// <param name="timeProvider">The clock that measures durations; null is the system's.</param>
    /// <param name="logger">Where to log; null is nowhere.</param>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    public EventAnalyzer(
        IAnomalyMapSource maps,
        IObjectDetector detector,
        IBaselineStore baselines,
        IAnomalyReasoner reasoner,
        IRiskScorer scorer,
        AnalysisOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<EventAnalyzer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(baselines);
        ArgumentNullException.ThrowIfNull(reasoner);
        ArgumentNullException.ThrowIfNull(scorer);
        _maps = maps;
        _detector = detector;
        _baselines = baselines;
        _reasoner = reasoner;
        _scorer = scorer;
        _options = AnalysisOptions.Checked(options);
        _zone = _options.GetTimeZone();
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<EventAnalyzer>.Instance;
        _slots = new SemaphoreSlim(_options.MaxConcurrentAnalyses);
    }

    /// <inheritdoc/>
    public async Task<AnalysisResult> AnalyzeAsync(AnalysisRequest request, CancellationToken cancellationToken)
    {
        InputRules.Check(request, _options.MaxFrames);
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using Activity? activity = GuardianAnalysisTelemetry.Activities.StartActivity("analyze");
            long started = _time.GetTimestamp();
            AnalysisResult result = await RunAsync(request, cancellationToken).ConfigureAwait(false);
            GuardianAnalysisTelemetry.Analysed(result, _time.GetElapsedTime(started));
            Log.Analysed(_logger, request.CameraId, result.FramesAnalysed, result.Assessment.AnomalyType, result.Risk.Level, result.Risk.Value);
            return result;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Frees the queue; analyses that run must have ended.</summary>
    public void Dispose() => _slots.Dispose();

    private async Task<AnalysisResult> RunAsync(AnalysisRequest request, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        List<FrameFinding> frames = await FindAsync(request, problems, cancellationToken).ConfigureAwait(false);
        CameraBaseline baseline = await _baselines.GetAsync(request.CameraId, cancellationToken).ConfigureAwait(false);
        if (!baseline.IsKnown)
        {
            problems.Add($"baseline: {Words.Count(baseline.FramesObserved, "normal frame")} observed, {CameraBaseline.MinFrames} are needed to say what is usual");
        }

        var context = new AnalysisContext { Request = request, LocalHour = LocalTime.Hour(request.OccurredAt, _zone), Frames = frames, Baseline = baseline };
        AnomalyAssessment assessment = _reasoner.Assess(context);
        return new AnalysisResult
        {
            Assessment = assessment,
            Risk = _scorer.Score(context, assessment),
            Objects = context.Strongest?.Objects ?? [],
            Score = context.StrongestMap?.Score,
            Threshold = context.StrongestMap?.Threshold,
            FramesAnalysed = frames.Count,
            Problems = problems,
        };
    }

    private async Task<List<FrameFinding>> FindAsync(AnalysisRequest request, List<string> problems, CancellationToken cancellationToken)
    {
        var found = new List<FrameFinding>(request.Frames.Count);
        if (request.Frames.Count == 0)
        {
            problems.Add("frames: the event has none");
        }

        bool modelMissing = false;
        for (int i = 0; i < request.Frames.Count; i++)
        {
            FrameInput input = request.Frames[i];
            if (Decode(request.CameraId, input, i + 1, problems) is not { } image)
            {
                continue;
            }

            (AnomalyMap? map, bool failed) = await ScoreAsync(request.CameraId, input, i + 1, problems, cancellationToken).ConfigureAwait(false);
            modelMissing |= map is null && !failed;
            found.Add(new FrameFinding
            {
                CapturedAt = input.CapturedAt,
                Width = image.Width,
                Height = image.Height,
                Quality = FrameQuality.Measure(image),
                Map = map,
                Objects = await _detector.DetectAsync(new AnalysisFrame(image, map, input.CapturedAt), cancellationToken).ConfigureAwait(false),
            });
        }

        if (modelMissing)
        {
            problems.Add("model: the camera has none");
            Log.NoModel(_logger, request.CameraId);
        }

        return found;
    }

    private FrameImage? Decode(string cameraId, FrameInput input, int number, List<string> problems)
    {
        try
        {
            return FrameImage.FromJpeg(input.Jpeg);
        }
        catch (AnalysisException e) when (!e.IsTransient)
        {
            Log.FrameUnreadable(_logger, cameraId, number, e.Message);
            problems.Add($"frame {number}: {e.Message}");
            return null;
        }
    }

    private async Task<(AnomalyMap? Map, bool Failed)> ScoreAsync(
        string cameraId, FrameInput input, int number, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            return (await _maps.ComputeAsync(cameraId, input.Jpeg, cancellationToken).ConfigureAwait(false), false);
        }
        catch (AnalysisException e) when (!e.IsTransient)
        {
            Log.FrameNotScored(_logger, cameraId, number, e.Message);
            problems.Add($"frame {number} was not scored: {e.Message}");
            return (null, true);
        }
    }
}
