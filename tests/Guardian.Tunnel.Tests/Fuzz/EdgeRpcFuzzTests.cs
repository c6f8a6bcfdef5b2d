using System.Collections.Concurrent;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>Enrolled edges that have gone bad: 100 000 hostile calls of everything that an edge may call, over TLS, through the whole gateway.</summary>
[Collection(FuzzAlone.Name)]
public sealed class EdgeRpcFuzzTests(ITestOutputHelper output) : GatewayFixture
{
    private const int Inputs = 100_000, PerRound = 5000, Edges = 8, Seed = 7;

    private readonly ErrorLog _errors = new();
    private readonly List<EdgeCredentials> _credentials = [];
    private readonly List<HostilePeer> _peers = [];
    private readonly string?[] _commands = new string?[Edges];
    private readonly ConcurrentDictionary<Guid, bool> _clips = new();
    private int _events;
    private int _reports;

    protected override ILoggerFactory Loggers => _errors;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Node.Model = new byte[4000];
        for (int i = 0; i < Edges; i++)
        {
            var edge = new NewEdge { Name = $"edge {i}", Cameras = [$"camera-{i}"], TokenLifetime = TimeSpan.FromHours(1) };
            EdgeCredentials credentials = await EnrolAsync(Bundle(await Registry.AddEdgeAsync(edge, "test", None)));
            _credentials.Add(credentials);
            _peers.Add(new HostilePeer(credentials.Address, CertificateAuthority.Trust(credentials.Authorities), credentials.Certificate));
        }
    }

    public override async Task DisposeAsync()
    {
        _peers.ForEach(p => p.Dispose());
        await base.DisposeAsync();
        _credentials.ForEach(c => c.Dispose());
    }

    [Fact(Timeout = 240_000)]
    public async Task hostile_calls_are_refused_in_words_store_nothing_and_leave_nothing_behind()
    {
        var run = new FuzzRun(Seed, Edges, EdgeTargets.All);
        await run.RunAsync(Inputs, PerRound, CallAsync, CheckRoundAsync);
        foreach (string line in run.Summary)
        {
            output.WriteLine(line);
        }

        Assert.Equal([], _errors.Errors);
        await CheckCamerasAsync();
        await CheckCommandsAsync();
        foreach (EdgeCredentials credentials in _credentials)
        {
            using var client = new EdgeClient(credentials);
            Assert.True((await client.HeartbeatAsync(None)).Success);
        }
    }

    private async Task<HostileAnswer> CallAsync(int worker, FuzzTarget target, byte[][] messages)
    {
        EdgeTargets.Camera.Replace(messages, $"camera-{worker}");
        EdgeTargets.Command.Replace(messages, target == EdgeTargets.Connect ? await OpenCommandAsync(worker) : EdgeTargets.Command.Text.Replace('?', '0'));
        HostileAnswer answer = await _peers[worker].CallAsync(target.Path, messages, target.IsEndless);
        Count(target, messages, answer);
        return answer;
    }

    /// <summary>What the answers promise; a round's end holds what is stored against it.</summary>
    private void Count(FuzzTarget target, byte[][] messages, HostileAnswer answer)
    {
        if (target == EdgeTargets.ReportDeployment && answer.Status is (StatusCode.OK or StatusCode.NotFound))
        {
            Interlocked.Increment(ref _reports);
        }

        if (answer.Status != StatusCode.OK)
        {
            return;
        }

        if (target == EdgeTargets.SendEvents)
        {
            Interlocked.Add(ref _events, answer.Message(SendEventsResponse.Parser).ReceivedCount);
        }
        else if (target == EdgeTargets.SendEvent)
        {
            Interlocked.Add(ref _events, answer.Message(SendEventResponse.Parser).Success ? 1 : 0);
        }
        else if (target == EdgeTargets.StreamClip)
        {
            _clips[Guid.Parse(StreamClipChunk.Parser.ParseFrom(messages[0]).Header.EventId)] = true;
        }
    }

    private Task CheckRoundAsync()
    {
        Assert.Equal(_events, Node.Arrivals.Count);
        Assert.Equal(_reports, Node.Reports.Count);
        Assert.Equal(_clips.Keys.Order(), Node.Clips.Keys.Order());
        Node.Arrivals.Clear();
        Node.Events.Clear();
        Node.Reports.Clear();
        Node.Clips.Clear();
        Node.Partials.Clear();
        Node.ClipOffsets.Clear();
        Node.Hellos.Clear();
        Node.Uses.Clear();
        Node.ModelOffsets.Clear();
        _clips.Clear();
        _events = _reports = 0;
        return Task.CompletedTask;
    }

    private async Task<string> OpenCommandAsync(int worker)
    {
        if (_commands[worker] is not { } id || (await Registry.Commands.GetAsync(id, None))!.IsSettled)
        {
            EdgeCommand issued = await Registry.Commands.IssueAsync(_credentials[worker].EdgeId, new CommandAction { GetStatus = new GetStatusAction() }, TimeSpan.FromHours(1), "test", None);
            _commands[worker] = id = issued.Id;
        }

        return id;
    }

    private async Task CheckCamerasAsync()
    {
        for (int i = 0; i < Edges; i++)
        {
            RegisteredCamera camera = Assert.Single(await Registry.Cameras.ListAsync(_credentials[i].EdgeId, None));
            Assert.Equal($"camera-{i}", camera.Id);
            Assert.True(camera is { Name.Length: <= 128, Type.Length: <= 32, Status.Length: <= 32, RequiredSnapshots: <= 5000, LabelCounts.Count: <= 32 }, camera.ToString());
            Assert.All(camera.LabelCounts, l => Assert.True(l is { Key.Length: >= 1 and <= 32, Value: >= 0 and <= 1_000_000 }, l.ToString()));
        }
    }

    private async Task CheckCommandsAsync()
    {
        int settled = 0;
        foreach (EdgeCredentials credentials in _credentials)
        {
            foreach (EdgeCommand command in (await Registry.Commands.ListAsync(credentials.EdgeId, EdgeCommands.MaxSettledPerEdge, None)).Where(c => c.IsSettled))
            {
                settled++;
                Assert.True(command.Error is null or { Length: <= CommandValidation.MaxError }, command.Error);
                Assert.True(command.ResultJson is null || CommandValidation.IsJson(command.ResultJson, null, CommandValidation.MaxResult));
            }
        }

        Assert.NotEqual(0, settled);
    }
}
