using System.Runtime.ExceptionServices;

namespace Guardian.Models.Internal;

/// <summary>
/// Counts like <see cref="Parallel.For(int, int, Action{int})"/>, but on threads of its own that inherit the caller's priority, and on no more than the caller's
/// <see cref="QuietThread"/> has: threads of .NET's pool would have the usual priority, or, started from a quiet thread, would be quiet for ever.
/// </summary>
internal static class QuietLoop
{
    public static void For(int from, int to, Action<int> body)
    {
        int next = from - 1;
        ExceptionDispatchInfo? failure = null;
        void Work()
        {
            try
            {
                for (int i = Interlocked.Increment(ref next); i < to; i = Interlocked.Increment(ref next))
                {
                    body(i);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                Interlocked.Exchange(ref next, to);
            }
        }

        int helpers = Math.Min(QuietThread.ThreadsHere, to - from) - 1;
        Thread[] threads = [.. Enumerable.Range(0, Math.Max(0, helpers)).Select(_ => new Thread(Work) { IsBackground = true, Name = "guardian-training" })];
        Array.ForEach(threads, t => t.Start());
        Work();
        Array.ForEach(threads, t => t.Join());
        failure?.Throw();
    }
}
