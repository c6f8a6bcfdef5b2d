using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Guardian.Models.Training;

/// <summary>Prepares batches on a thread of its own while the one before is trained on.</summary>
/// <remarks>The thread is made by whoever makes the feeder, and so has its priority.</remarks>
internal sealed class BatchFeeder : IDisposable
{
    private readonly BlockingCollection<float[]> _free = new(new ConcurrentQueue<float[]>());
    private readonly BlockingCollection<float[]> _filled = new(new ConcurrentQueue<float[]>());
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    /// <param name="batches">How many to prepare.</param>
    /// <param name="buffers">Each of a batch's length; two are enough.</param>
    /// <param name="fill">Writes the batch of a given number, from 0.</param>
    public BatchFeeder(int batches, IReadOnlyList<float[]> buffers, Action<int, float[]> fill)
    {
        foreach (float[] buffer in buffers)
        {
            _free.Add(buffer);
        }

        _thread = new Thread(() => Run(batches, fill)) { IsBackground = true, Name = "guardian-batches" };
        _thread.Start();
    }

    /// <summary>Hands the next batch to <paramref name="use"/>, which must not keep it.</summary>
    public void Next(Action<float[]> use)
    {
        if (!_filled.TryTake(out float[]? batch, Timeout.Infinite))
        {
            _failure?.Throw();
            throw new InvalidOperationException("All batches have been taken.");
        }

        use(batch);
        _free.Add(batch);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _thread.Join();
        _free.Dispose();
        _filled.Dispose();
        _stopping.Dispose();
    }

    private void Run(int batches, Action<int, float[]> fill)
    {
        try
        {
            for (int i = 0; i < batches; i++)
            {
                float[] batch = _free.Take(_stopping.Token);
                fill(i, batch);
                _filled.Add(batch, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The training ended early.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }

        _filled.CompleteAdding();
    }
}
