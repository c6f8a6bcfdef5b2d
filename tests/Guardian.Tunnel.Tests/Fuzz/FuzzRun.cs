using System.Collections.Concurrent;
using Guardian.Grpc;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>Makes many hostile calls, some at a time, in rounds, and holds every answer and the memory against what is allowed. The same seed makes the same calls.</summary>
internal sealed class FuzzRun(int seed, int workers, IReadOnlyList<FuzzTarget> targets)
{
    /// <summary>What the heap may grow by over the last three quarters of a run: a leak of 100 bytes a call is more.</summary>
    private const long MaxGrowth = 6 << 20;

    private const int MaxDetail = 700;

    private readonly ConcurrentDictionary<(FuzzTarget Target, StatusCode? Status), int> _answers = new();
    private long _growth;

    /// <summary>How often each method ended in which way, a line a method, and what the heap grew by.</summary>
    public IEnumerable<string> Summary => [.. Lines, $"the heap grew by {_growth} bytes"];

    private IEnumerable<string> Lines => _answers.GroupBy(a => a.Key.Target.Path).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => $"{g.Key}: {string.Join(", ", g.OrderBy(a => a.Key.Status).Select(a => $"{a.Key.Status?.ToString() ?? "open"} {a.Value}"))}");

    /// <param name="inputs">Calls to make.</param>
    /// <param name="perRound">Calls of a round.</param>
    /// <param name="callAsync">Makes a call: the worker's number, the method and its messages.</param>
    /// <param name="afterRoundAsync">Looks at what the round has left behind.</param>
    public async Task RunAsync(int inputs, int perRound, Func<int, FuzzTarget, byte[][], Task<HostileAnswer>> callAsync, Func<Task> afterRoundAsync)
    {
        long early = 0;
        for (int start = 0; start < inputs; start += perRound)
        {
            int end = Math.Min(inputs, start + perRound);
            await Task.WhenAll(Enumerable.Range(0, workers).Select(w => Task.Run(async () =>
            {
                for (int number = start + w; number < end; number += workers)
                {
                    await OneAsync(w, number, callAsync);
                }
            })));
            await afterRoundAsync();
            if (early == 0 && end >= inputs / 4)
            {
                early = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        _growth = GC.GetTotalMemory(forceFullCollection: true) - early;
        Assert.True(_growth <= MaxGrowth, $"the heap grew by {_growth} bytes over {inputs * 3 / 4} calls, {MaxGrowth} are allowed");
        string[] missing = [.. targets.Distinct().SelectMany(t => t.Statuses.Where(s => !_answers.ContainsKey((t, s))).Select(s => $"{t.Path} never ended with {s}"))];
        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    private async Task OneAsync(int worker, int number, Func<int, FuzzTarget, byte[][], Task<HostileAnswer>> callAsync)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        FuzzTarget target = targets[number / workers % targets.Count];
        byte[][] messages = target.Messages(random);
        string call = $"seed {seed}, call {number}, {target.Path}, {string.Join(' ', messages.Select(m => Convert.ToHexString(m.AsSpan(0, Math.Min(m.Length, 300)))))}";
        HostileAnswer answer;
        try
        {
            answer = await callAsync(worker, target, messages);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new InvalidOperationException($"{call}: {e.Message}", e);
        }

        Assert.True(target.Allows(messages, answer), $"{call}: {answer.Status}, {answer.Detail}");
        Assert.True(answer.Status is StatusCode.OK or null || answer.Detail.Length is > 0 and <= MaxDetail, $"{call}: {answer.Detail.Length} characters of detail");
        Assert.True(answer.Status != StatusCode.InvalidArgument || answer.Detail.Contains(':', StringComparison.Ordinal), $"{call}: no field is named: {answer.Detail}");
        _answers.AddOrUpdate((target, answer.Status), 1, (_, n) => n + 1);
    }
}
