using System.Diagnostics;
using Guardian.Models.Inference;
using Guardian.Models.Internal;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;
using Guardian.Models.Training.Normality;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models;

/// <summary>
/// Trains a convolutional autoencoder with ONNX Runtime alone: forward, backward and Adam are one ONNX graph. Thread-safe; every call has its own sessions
/// and takes about 0.6 GB of memory for 500 frames at the default sizes.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Frames are decoded and preprocessed by the same graph nodes that the exported model has.</item>
/// <item>Some are held out, evenly over the capture time.</item>
/// <item>What each place looks like under each kind of light is fitted to all frames (<see cref="NormalityFit"/>).</item>
/// <item>The mean of the others becomes the fixed background.</item>
/// <item>Training steps run until the last epoch, until the held-out error has stopped falling, or until the time is used up.</item>
/// <item>The best weights and the held-out frames tell what reconstruction errors are normal (<see cref="ReconstructionFit"/>).</item>
/// <item>The exported model is loaded afresh and must give held-out frames the scores that the training computed for them.</item>
/// </list>
/// </remarks>
public sealed class AutoencoderTrainer : IModelTrainer
{
    /// <summary><see cref="TrainedModel.ModelType"/> of its models.</summary>
    public const string ModelType = "autoencoder";

    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>Makes a trainer.</summary>
    /// <param name="time">Clock for time limits and dates; null is the system's.</param>
    /// <param name="log">Where to log; null is nowhere.</param>
    public AutoencoderTrainer(TimeProvider? time = null, ILogger<AutoencoderTrainer>? log = null) =>
        (_time, _log) = (time ?? TimeProvider.System, log ?? NullLogger<AutoencoderTrainer>.Instance);

    /// <inheritdoc/>
    public async Task<TrainedModel> TrainAsync(TrainingRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Identifiers.ThrowIfNotCamera(request.CameraId);
        TrainingOptionsValidator.ThrowIfInvalid(request.Options);
        if (request.CheckpointInterval < TimeSpan.Zero || request.CheckpointInterval > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{nameof(request.CheckpointInterval)} is {request.CheckpointInterval}; it must be from zero to 1 day.", nameof(request));
        }

        if (request.GivesWay && request.Options.Threads == 0)
        {
            // Threads of one operator wait for each other, so one that stands behind somebody else's work on its processor would hold up all of them.
            request = request with { Options = request.Options with { Threads = Math.Max(1, request.Options.EffectiveThreads - 1) } };
        }

        using Activity? activity = GuardianModelsTelemetry.Activities.StartActivity("guardian.models.train");
        activity?.SetTag("guardian.camera.id", request.CameraId);
        long started = _time.GetTimestamp();
        using var quiet = new QuietThread(request.GivesWay, request.Options.EffectiveThreads);
        using FrameLoader loader = quiet.Do(() => new FrameLoader(request.Options, quiet, _log));
        FrameSet frames = await loader.LoadAsync(request.CameraId, request.Images, cancellationToken).ConfigureAwait(false);
        if (frames.Count < TrainingOptions.MinImages)
        {
            throw new ModelException(
                $"Camera {request.CameraId} has {frames.Count} readable training images ({loader.Skipped} unreadable); "
                + $"at least {TrainingOptions.MinImages} are needed.");
        }

        try
        {
            IProgress<TrainingProgress>? told = progress is null ? null : new CallersProgress(quiet, progress);
            return await Task.Run(() => quiet.Do(() => Train(request, frames, loader, started, told, cancellationToken)), cancellationToken).ConfigureAwait(false);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"Training for camera {request.CameraId} failed inside ONNX Runtime: {e.Message}", isTransient: true, e);
        }
    }

    private TrainedModel Train(
        TrainingRequest request, FrameSet frames, FrameLoader loader, long started, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TrainingOptions options = request.Options;
        TrainingSplit split = TrainingSplit.Make(frames.Count, options.ValidationShare, options.Seed);
        FrameSet training = frames.Subset(split.Training), heldOut = frames.Subset(split.HeldOut);
        _log.TrainingStarted(request.CameraId, training.Count, heldOut.Count, loader.Skipped);
        AutoencoderShape shape = AutoencoderShape.Of(options, Math.Min(options.BatchSize, training.Count));
        Background background = Background.Of(training);
        Dictionary<string, float[]> initial = request.Previous.IsEmpty ? ParameterLayout.Draw(shape, options.Seed) : PreviousWeights.Read(request.Previous, shape);
        FittedNormality normality = NormalityFit.Of(
            FrameFeatures.Of(frames, shape.Width, shape.Height, options.EffectiveThreads, cancellationToken), shape.Width, shape.Height, options.FalseAlarmShare, cancellationToken);
        TrainingCheckpoint? checkpoint = request.CheckpointFile is null ? null : new TrainingCheckpoint(request, loader.Fingerprint(), _time, _log);
        TrainingOutcome outcome;

        // Given up before the export, which needs sessions of its own: the memory of both would be the peak.
        using (var run = new TrainingRun(shape, background, options, _time, started, initial, checkpoint))
        {
            run.EpochEnded = p =>
            {
                _log.EpochEnded(request.CameraId, p.Epoch, p.Loss, p.ValidationError);
                progress?.Report(p);
            };
            outcome = run.Execute(training, heldOut, cancellationToken);
        }

        (IReadOnlyList<ReconstructionNorm> reconstruction, IReadOnlyList<float> reconstructed) =
            ReconstructionFit.Of(Errors(shape, background, outcome, frames, options.EffectiveThreads), split.HeldOut, normality, options.FalseAlarmShare);
        float[] scores = [.. split.HeldOut.Select(frame => Math.Max(normality.Scores[frame], reconstructed[frame]))];
        byte[] onnx = InferenceGraph.Build(shape, background, outcome.Parameters, reconstruction, normality.Model);
        using var scorer = new ModelScorer(onnx, new ModelScorerOptions { Threads = options.EffectiveThreads });
        double[] checkedScores = ExportCheck.Run(
            scorer, shape, background, outcome.Parameters, normality.Model, reconstruction, heldOut, options.EffectiveThreads, cancellationToken);
        double mean = scores.Average(s => (double)s), seconds = _time.GetElapsedTime(started).TotalSeconds;
        _log.TrainingEnded(request.CameraId, outcome.EpochsRun, seconds, outcome.ValidationError, scorer.Threshold);
        return new TrainedModel
        {
            CameraId = request.CameraId,
            Onnx = onnx,
            ModelType = ModelType,
            Architecture = FormattableString.Invariant($"conv {string.Join('-', shape.Channels)}, latent {shape.Latent}, background; {normality.Model.Conditions.Count} light conditions of place-wise Gaussians"),
            Threshold = scorer.Threshold,
            ProbeScore = scorer.ScoreProbe(),
            DatasetFingerprint = loader.Fingerprint(),
            Options = options,
            CreatedAt = _time.GetUtcNow(),
            Reduced = options.Reduce ? Reduce(onnx, shape, heldOut, checkedScores, options.EffectiveThreads) : null,
            Metrics = new TrainingMetrics
            {
                TrainingImages = training.Count,
                ValidationImages = heldOut.Count,
                SkippedImages = loader.Skipped,
                EpochsRun = outcome.EpochsRun,
                BestEpoch = outcome.BestEpoch,
                TrainingError = outcome.TrainingError,
                ValidationError = outcome.ValidationError,
                HeldOutScoreMean = mean,
                HeldOutScoreDeviation = Math.Sqrt(scores.Sum(s => (s - mean) * (s - mean)) / (scores.Length - 1)),
                HeldOutScoreMax = scores.Max(),
                Seconds = seconds,
            },
        };
    }

    private static float[][] Errors(AutoencoderShape shape, Background background, TrainingOutcome outcome, FrameSet frames, int threads)
    {
        using var evaluator = new Evaluator(shape, background, threads);
        return evaluator.PlaceErrors(frames, outcome.Parameters);
    }

    private static ReducedModel Reduce(byte[] onnx, AutoencoderShape shape, FrameSet heldOut, double[] full, int threads)
    {
        byte[] reduced = ReducedPrecision.Of(onnx);
        using var scorer = new ModelScorer(reduced, new ModelScorerOptions { Threads = threads });
        double[] differences = [.. ExportCheck.Scores(scorer, shape, ExportCheck.Some(heldOut)).Zip(full, (a, b) => Math.Abs(a - b))];
        return new ReducedModel { Onnx = reduced, Frames = differences.Length, MeanDifference = differences.Average(), MaxDifference = differences.Max() };
    }

    /// <summary>Whoever is told of progress does what they like, so not on the quiet thread.</summary>
    private sealed class CallersProgress(QuietThread quiet, IProgress<TrainingProgress> inner) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => quiet.OnCaller(() => inner.Report(value));
    }
}
