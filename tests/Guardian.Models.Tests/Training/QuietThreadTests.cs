using System.Collections.Concurrent;
using System.Globalization;
using Guardian.Models.Internal;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Training;

public sealed class QuietThreadTests
{
    [Fact]
    public void work_runs_on_a_thread_of_its_own_that_gives_way()
    {
        using var quiet = new QuietThread(givesWay: true, threads: 3);
        Assert.NotEqual(Environment.CurrentManagedThreadId, quiet.Do(() => Environment.CurrentManagedThreadId));
        int usual = Nice();
        Assert.Equal(Math.Max(usual, QuietThread.Nice), quiet.Do(Nice));
        Assert.Equal(usual, Nice());
    }

    [Fact]
    public void work_that_is_in_no_hurry_to_give_way_keeps_the_usual_priority()
    {
        using var usual = new QuietThread(givesWay: false, threads: 3);
        Assert.Equal(Nice(), usual.Do(Nice));
    }

    [Fact]
    public void a_loop_counts_everything_once_on_threads_as_quiet_as_its_own()
    {
        using var quiet = new QuietThread(givesWay: true, threads: 3);
        var seen = new ConcurrentBag<(int Number, int Nice)>();
        using var all = new Barrier(3);
        quiet.Do(() => QuietLoop.For(2, 5, i =>
        {
            all.SignalAndWait();
            seen.Add((i, Nice()));
        }));
        Assert.Equal([2, 3, 4], seen.Select(s => s.Number).Order());
        Assert.All(seen, s => Assert.Equal(quiet.Do(Nice), s.Nice));
        quiet.Do(() => QuietLoop.For(5, 5, _ => throw new InvalidOperationException()));
        Assert.Equal("7", Assert.Throws<InvalidOperationException>(() => quiet.Do(() => QuietLoop.For(0, 100, i =>
        {
            if (i == 7)
            {
                throw new InvalidOperationException("7");
            }
        }))).Message);
    }

    [Fact]
    public void what_is_handed_to_the_caller_runs_there_in_between()
    {
        using var quiet = new QuietThread(givesWay: true, threads: 3);
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
        using var quiet = new QuietThread(givesWay: true, threads: 3);
        Assert.Equal("a", Assert.Throws<InvalidOperationException>(() => quiet.Do(() => throw new InvalidOperationException("a"))).Message);
        Assert.Equal("b", Assert.Throws<InvalidOperationException>(() => quiet.Do(() => quiet.OnCaller(() => throw new InvalidOperationException("b")))).Message);
        Assert.Equal(5, quiet.Do(() => 5));
    }

    [Fact]
    public void nothing_runs_after_the_end()
    {
        var quiet = new QuietThread(givesWay: true, threads: 3);
        quiet.Dispose();
        Assert.Throws<ObjectDisposedException>(() => quiet.Do(() => 1));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_training_has_quiet_threads_and_makes_none_of_the_programs_own_quiet()
    {
        var nices = new List<int>();
        int usual = Nice(), quiet = 0;
        await new AutoencoderTrainer().TrainAsync(
            new TrainingRequest
            {
                CameraId = "cam-1",
                Images = Sample.Images(new Scene(160, 120).NormalDay(30, 1)),
                Options = new TrainingOptions { InputWidth = 64, InputHeight = 64, LatentSize = 16, Epochs = 2, Threads = 3 },
                GivesWay = true,
            },
            new Told(() =>
            {
                nices.Add(Nice());
                quiet = Threads().Count(t => t.Nice >= QuietThread.Nice);
            }),
            default);
        Assert.Equal([usual, usual], nices);
        Assert.True(quiet >= 3, $"{quiet} quiet threads");
        Assert.DoesNotContain(Threads(), t => t.Nice > usual && t.Name.StartsWith(".NET", StringComparison.Ordinal));
    }

    private static List<(string Name, int Nice)> Threads()
    {
        var threads = new List<(string, int)>();
        foreach (string folder in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                threads.Add((File.ReadAllText(folder + "/comm").Trim(), NiceOf(File.ReadAllText(folder + "/stat"))));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return threads;
    }

    private static int Nice() => NiceOf(File.ReadAllText("/proc/thread-self/stat"));

    /// <summary>Field 19 of proc(5)'s stat; the name in brackets before it may have spaces.</summary>
    private static int NiceOf(string stat) => int.Parse(stat.Split(") ")[^1].Split(' ')[16], CultureInfo.InvariantCulture);

    private sealed class Told(Action told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told();
    }
}
