using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Testing;
using Guardian.Tunnel;

namespace Guardian.EndToEnd.WireGuard;

/// <summary>An enrolled edge in its namespace that queues events with sealed clips until it is stopped; what it says of them is kept.</summary>
internal sealed class SendingEdge(TunnelSite site, string credentials, string work) : IAsyncDisposable
{
    private const int ClipBytes = 100_000, EventsASecond = 10, Many = 100_000;

    private ChildProcess? _process;
    private Task _reading = Task.CompletedTask;
    private int _kills;

    public SentLoad Load { get; } = new();

    public EdgeId Id { get; } = ReadId(credentials);

    /// <summary>The last lines of what the edge printed and logged.</summary>
    public string Log => _process!.Tail;

    /// <summary>Starts to queue and to send, and waits for the first word of it.</summary>
    /// <param name="tunnel">False leaves the tunnel out: a client with valid credentials that comes by another way.</param>
    /// <param name="lostAfter">Seconds after which it looks for the way back over the enrolment port.</param>
    public async Task StartAsync(bool tunnel = true, int lostAfter = 60)
    {
        _process = ChildProcess.StartIn(site.Site.EdgeNamespace, Programs.Edge, Arguments(Many, tunnel, lostAfter));
        _reading = ReadAsync(_process);
        await NextEventAsync();
    }

    /// <summary>Waits for an event that is queued after this call.</summary>
    public async Task<Guid> NextEventAsync()
    {
        int before = Load.Events.Count;
        await Eventually.IsTrueAsync(() => Task.FromResult(Load.Events.Count > before || _process!.HasExited), "the edge queues events");
        Assert.False(_process!.HasExited, Log);
        return Load.Events[^1];
    }

    public Task SaysAsync(string text) => Eventually.IsTrueAsync(() => Task.FromResult(Log.Contains(text, StringComparison.Ordinal)), $"the edge says '{text}'", TimeSpan.FromSeconds(60));

    /// <summary>Ends the edge the hard way; its interface and its queue stay.</summary>
    public async Task KillAsync()
    {
        _kills++;
        await _process!.KillAsync();
        await _reading;
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Stops the edge, has it send what waits, and checks that the node has everything once.</summary>
    public async Task CheckAllArrivedAsync()
    {
        await KillAsync();
        (int code, string output) = await ChildProcess.RunInAsync(site.Site.EdgeNamespace, Programs.Edge, Arguments(events: 0, tunnel: true, lostAfter: 60), CancellationToken.None);
        Assert.True(code == 0, output);
        await Load.CheckEventsAsync(site.Running, _kills);
        await Load.CheckClipsAsync(site.Running);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    private string[] Arguments(int events, bool tunnel, int lostAfter) =>
    [
        "send", "--credentials", credentials, "--work", work, "--camera", SentLoad.Camera, "--events", $"{events}", "--clip-bytes", $"{ClipBytes}", "--rate", $"{EventsASecond}",
        .. tunnel ? new[] { "--tunnel", site.Site.EdgeInterface, "--lost-after", $"{lostAfter}" } : [],
    ];

    private async Task ReadAsync(ChildProcess process)
    {
        await foreach (string line in process.LinesAsync(CancellationToken.None))
        {
            Load.Add(line);
        }
    }

    private static EdgeId ReadId(string folder)
    {
        using EdgeCredentials read = EdgeCredentials.Load(folder);
        return read.EdgeId;
    }
}
