using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Guardian.Models.Internal;

/// <summary>A thread for long computations, which can give way to everything else on the machine.</summary>
/// <remarks>
/// Linux keeps the nice value by thread, and a new thread inherits its maker's: a session that ONNX Runtime opens here has quiet threads in its pool. For the same
/// reason nothing may run here that could make .NET start a thread of its pool (queued work, awaits), as that one would stay quiet for ever; such things are
/// handed to the caller with <see cref="OnCaller"/>, who waits in <see cref="Do{T}"/> meanwhile. An unprivileged process cannot undo a nice value, hence a thread
/// of its own.
/// </remarks>
internal sealed partial class QuietThread : IDisposable
{
    private readonly object _gate = new();
    private Action? _work;
    private Action? _forCaller;
    private bool _ended;

    /// <summary>A tenth of the weight of a usual thread (sched(7): a factor of 1.25 a step): enough to let all others through, and not to stand still beside a busy one.</summary>
    public const int Nice = 10;

    [ThreadStatic]
    private static int _threadsHere;

    private readonly int _threads;

    /// <param name="givesWay">Whether it gives way; else it is as other threads are.</param>
    /// <param name="threads">How many threads loops in its work may have, see <see cref="QuietLoop"/>.</param>
    public QuietThread(bool givesWay, int threads)
    {
        (GivesWay, _threads) = (givesWay, threads);
        new Thread(Run) { IsBackground = true, Name = "guardian-training" }.Start();
    }

    /// <summary>Whether it gives way.</summary>
    public bool GivesWay { get; }

    /// <summary>How many threads a loop may have that runs on this thread.</summary>
    public static int ThreadsHere => _threadsHere > 0 ? _threadsHere : Environment.ProcessorCount;

    /// <summary>Runs something on the thread and waits for it. One caller at a time.</summary>
    public T Do<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _work = () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            };
            Monitor.PulseAll(_gate);
            while (_work is not null)
            {
                if (_forCaller is { } call)
                {
                    call();
                    _forCaller = null;
                    Monitor.PulseAll(_gate);
                }
                else
                {
                    Monitor.Wait(_gate);
                }
            }
        }

        failure?.Throw();
        return result;
    }

    /// <inheritdoc cref="Do{T}"/>
    public void Do(Action work) => Do(() =>
    {
        work();
        return true;
    });

    /// <summary>Called on the thread: lets the waiting caller of <see cref="Do{T}"/> do something, and waits for it.</summary>
    public void OnCaller(Action work)
    {
        ExceptionDispatchInfo? failure = null;
        lock (_gate)
        {
            _forCaller = () =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            };
            Monitor.PulseAll(_gate);
            while (_forCaller is not null)
            {
                Monitor.Wait(_gate);
            }
        }

        failure?.Throw();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        _threadsHere = _threads;
        if (GivesWay)
        {
            Lower();
        }

        while (true)
        {
            Action? work;
            lock (_gate)
            {
                while (_work is null && !_ended)
                {
                    Monitor.Wait(_gate);
                }

                work = _work;
            }

            if (work is null)
            {
                return;
            }

            work();
            lock (_gate)
            {
                _work = null;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Where it is refused the thread is as others are: training still works, it only pushes more.</summary>
    private static void Lower()
    {
        const int thread = 0, itself = 0;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(thread, itself, Nice);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int nice);
}
