using Guardian.Models.Internal;

namespace Guardian.Models.Tests.Training;

public sealed class QuietThreadTests
{
    [Fact]
    public void work_runs_on_a_thread_of_its_own_that_gives_way()
    {
        using var quiet = new QuietThread();
        Assert.NotEqual(Environment.CurrentManagedThreadId, quiet.Do(() => Environment.CurrentManagedThreadId));
        Assert.Equal(19, quiet.Do(Nice));
        Assert.NotEqual(19, Nice());
    }

    [Fact]
    public void what_is_handed_to_the_caller_runs_there_in_between()
    {
        using var quiet = new QuietThread();
        int caller = Environment.CurrentManagedThreadId;
        var seen = new List<int>();
        quiet.Do(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                seen.Add(-1);
                quiet.OnCaller(() => seen.Add(Environment.CurrentManagedThreadId));
            }
        });
        Assert.Equal([-1, caller, -1, caller, -1, caller], seen);
    }

    [Fact]
    public void errors_come_back_from_both_sides()
    {
        using var quiet = new QuietThread();
        Assert.Equal("a", Assert.Throws<InvalidOperationException>(() => quiet.Do(() => throw new InvalidOperationException("a"))).Message);
        Assert.Equal("b", Assert.Throws<InvalidOperationException>(() => quiet.Do(() => quiet.OnCaller(() => throw new InvalidOperationException("b")))).Message);
        Assert.Equal(5, quiet.Do(() => 5));
    }

    [Fact]
    public void nothing_runs_after_the_end()
    {
        var quiet = new QuietThread();
        quiet.Dispose();
        Assert.Throws<ObjectDisposedException>(() => quiet.Do(() => 1));
    }

    /// <summary>Field 19 of proc(5)'s stat; the name in brackets before it may have spaces.</summary>
    private static int Nice() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
}
