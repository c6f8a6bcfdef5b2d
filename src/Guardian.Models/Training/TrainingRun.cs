using Guardian.Models.Training.Graph;

namespace Guardian.Models.Training;

/// <summary>The epochs of one training, from drawn weights to the best ones.</summary>
internal sealed class TrainingRun : IDisposable
{
    /// <summary>An epoch counts as better when the validation error falls by this share; less is noise.</summary>
    private const double WorthwhileGain = 0.001;

    private readonly TrainingOptions _options;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly AutoencoderShape _shape;
    private readonly TrainingSession _session;
    private readonly Evaluator _evaluator;
    private readonly Dictionary<string, float[]> _best;
    private readonly Augmentation? _augmentation;
    private readonly float[] _frame;
    private readonly float[][] _batches;
    private readonly TrainingCheckpoint? _checkpoint;
    private TimeSpan _elapsedBefore;
    private int _epochsBefore;
    private double _rate;

    public TrainingRun(AutoencoderShape shape, Background background, TrainingOptions options, TimeProvider time, long started, Dictionary<string, float[]> initial, TrainingCheckpoint? checkpoint = null)
    {
        (_shape, _options, _time, _started, _checkpoint) = (shape, options, time, started, checkpoint);
        _frame = new float[shape.PixelsPerImage];
        _batches = [new float[shape.Batch * shape.PixelsPerImage], new float[shape.Batch * shape.PixelsPerImage]];
        _augmentation = options.Augment ? new Augmentation(shape.Width, shape.Height, options.Seed) : null;
        _best = initial;
        _session = new TrainingSession(shape, background, _best, options.EffectiveThreads);
        try
        {
            _evaluator = new Evaluator(shape, background, options.EffectiveThreads);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>Told after every epoch.</summary>
    public Action<TrainingProgress>? EpochEnded { get; set; }

    public TrainingOutcome Execute(FrameSet training, FrameSet heldOut, CancellationToken cancellationToken)
    {
        var order = new BatchOrder(training.Count, _shape.Batch, _options.Seed);
        long firstEpoch = _time.GetTimestamp();
        double loss = 0, bestError = double.PositiveInfinity;
        int epoch = 0, bestEpoch = 0;
        if (_checkpoint?.Load(_session, _best) is { } state)
        {
            (epoch, bestEpoch, bestError, loss) = (state.Epoch, state.BestEpoch, state.BestError, state.Loss);
            (_epochsBefore, _elapsedBefore) = (state.Epoch, state.Elapsed);
            for (int i = 0; i < epoch; i++)
            {
                order.Shuffle();
            }
        }

        while (epoch < _options.Epochs && epoch - bestEpoch < _options.Patience && Elapsed < _options.MaxDuration)
        {
            loss = TrainEpoch(order, training, epoch, cancellationToken);
            epoch++;
            double error = _evaluator.MeanError(heldOut, _session.State);
            if (error < bestError * (1 - WorthwhileGain))
            {
                (bestError, bestEpoch) = (error, epoch);
                _session.CopyParametersTo(_best);
            }

            _checkpoint?.Save(new CheckpointState(_session.Steps, epoch, bestEpoch, bestError, loss, Elapsed), _session, _best);
            Report(epoch, loss, error, _time.GetElapsedTime(firstEpoch));
        }

        return bestEpoch > 0
            ? new TrainingOutcome(_best, epoch, bestEpoch, loss, bestError)
            : throw new ModelException(
                epoch == 0
                    ? $"The time limit {nameof(TrainingOptions.MaxDuration)} of {_options.MaxDuration.TotalSeconds:0} s was used up before the first epoch."
                    : "Training diverged: no epoch gave a finite validation error. Lower the learning rate.");
    }

    private TimeSpan Elapsed => _elapsedBefore + _time.GetElapsedTime(_started);

    public void Dispose()
    {
        _evaluator.Dispose();
        _session.Dispose();
    }

    private double TrainEpoch(BatchOrder order, FrameSet frames, int epoch, CancellationToken cancellationToken)
    {
        order.Shuffle();
        double sum = 0;
        int pixels = frames.ValuesPerFrame, steps = order.StepsPerEpoch * _options.Epochs;
        using var feeder = new BatchFeeder(order.StepsPerEpoch, _batches, (step, batch) =>
        {
            for (int i = 0; i < _shape.Batch; i++)
            {
                Fill(frames, order.FrameAt(step, i), epoch, batch.AsSpan(i * pixels, pixels));
            }
        });
        for (int step = 0; step < order.StepsPerEpoch; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long before = _time.GetTimestamp();
            feeder.Next(batch => batch.CopyTo(_session.Images));
            _rate = LearningRateSchedule.At(_options.LearningRate, (epoch * order.StepsPerEpoch) + step, steps);
            sum += _session.Step(_rate);
            GuardianModelsTelemetry.TrainingStep.Record(_time.GetElapsedTime(before).TotalSeconds);
        }

        return sum / order.StepsPerEpoch;
    }

    private void Fill(FrameSet frames, int frame, int epoch, Span<float> target)
    {
        if (_augmentation is null)
        {
            frames.CopyTo(frame, target);
        }
        else
        {
            frames.CopyTo(frame, _frame);
            _augmentation.Apply(_frame, target, epoch, frame);
        }
    }

    private void Report(int epoch, double loss, double error, TimeSpan sinceFirstEpoch)
    {
        double left = sinceFirstEpoch.TotalSeconds / (epoch - _epochsBefore) * (_options.Epochs - epoch);
        var progress = new TrainingProgress
        {
            Epoch = epoch,
            Epochs = _options.Epochs,
            Loss = loss,
            ValidationError = error,
            LearningRate = _rate,
            SecondsElapsed = Elapsed.TotalSeconds,
            SecondsLeft = left,
        };
        EpochEnded?.Invoke(progress);
    }
}
