using Guardian.Grpc;
using Guardian.Testing;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Commands;

public sealed class CommandTests : GatewayFixture
{
    private static readonly CommandAction Status = new() { GetStatus = new GetStatusAction() };

    private EdgeCredentials _credentials = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _credentials = await EnrolAsync(await AddEdgeAsync(), "front-door");
    }

    public override async Task DisposeAsync()
    {
        _credentials.Dispose();
        await base.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task a_command_is_sent_acknowledged_answered_settled_and_audited()
    {
        using Stream edge = Open();
        EdgeCommand issued = await IssueAsync(Status);
        Command received = await edge.NextAsync(issued.Id);
        Assert.Equal(issued.ExpiresAt.ToUnixTimeMilliseconds(), UnixNanoseconds.ToInstant(received.ExpiresAt).ToUnixTimeMilliseconds());
        await edge.AcknowledgeAsync(issued.Id);
        await Eventually.IsTrueAsync(async () => (await GetAsync(issued.Id)).State == EdgeCommandState.Acknowledged, "acknowledged");
        await edge.AnswerAsync(new CommandResult { CommandId = issued.Id, Outcome = CommandResult.Types.Outcome.Succeeded, ResultJson = "{\"uptime\":7}" });

        EdgeCommand settled = await Registry.Commands.WaitAsync(issued.Id, None);
        Assert.Equal((EdgeCommandState.Succeeded, "{\"uptime\":7}", "get_status"), (settled.State, settled.ResultJson, settled.ActionName));
        await edge.SettledAsync(issued.Id);
        Assert.Equal([AuditAction.CommandSettled, AuditAction.CommandIssued], (await Registry.Audit.ListAsync(_credentials.EdgeId, null, 100, None))
            .Where(e => e.Detail.Contains(issued.Id, StringComparison.Ordinal)).Select(e => e.Action));
    }

    [Fact(Timeout = 30_000)]
    public async Task commands_to_an_edge_that_is_away_wait_and_come_in_order_when_it_returns()
    {
        EdgeCommand[] issued = [await IssueAsync(Status), await IssueAsync(new CommandAction { GetConfig = new GetConfigAction() }), await IssueAsync(Status)];
        await RestartAsync();
        using Stream edge = Open();
        foreach (EdgeCommand command in issued)
        {
            await edge.NextAsync(command.Id);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task what_was_not_acknowledged_is_sent_again_and_what_was_is_not()
    {
        EdgeCommand first = await IssueAsync(Status), second = await IssueAsync(Status);
        using (Stream edge = Open())
        {
            await edge.NextAsync(first.Id);
            await edge.NextAsync(second.Id);
            await edge.AcknowledgeAsync(first.Id);
            await Eventually.IsTrueAsync(async () => (await GetAsync(first.Id)).State == EdgeCommandState.Acknowledged, "acknowledged");
        }

        EdgeCommand third = await IssueAsync(Status);
        using Stream back = Open();
        Assert.DoesNotContain(first.Id, await back.UntilAsync(third.Id));
        Assert.Contains(second.Id, back.Seen);

        // The answer may come over another stream than the command.
        await back.AnswerAsync(new CommandResult { CommandId = first.Id, Outcome = CommandResult.Types.Outcome.Interrupted, ErrorMessage = "power cut" });
        EdgeCommand settled = await Registry.Commands.WaitAsync(first.Id, None);
        Assert.Equal((EdgeCommandState.Unknown, "power cut"), (settled.State, settled.Error));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_command_that_nobody_took_in_time_expires()
    {
        EdgeCommand issued = await IssueAsync(Status, TimeSpan.FromMinutes(1));
        Time.Advance(TimeSpan.FromMinutes(2));
        EdgeCommand expired = await Registry.Commands.WaitAsync(issued.Id, None);
        Assert.Equal(EdgeCommandState.Expired, expired.State);

        using Stream edge = Open();
        EdgeCommand next = await IssueAsync(Status);
        Assert.DoesNotContain(issued.Id, await edge.UntilAsync(next.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_edge_has_at_most_a_hundred_without_an_outcome()
    {
        for (int i = 0; i < EdgeCommands.MaxOpenPerEdge; i++)
        {
            await IssueAsync(Status);
        }

        TunnelException full = await Assert.ThrowsAsync<TunnelException>(() => IssueAsync(Status));
        Assert.Contains("100", full.Message, StringComparison.Ordinal);
        Time.Advance(TimeSpan.FromHours(2));
        await IssueAsync(Status);
    }

    [Fact(Timeout = 30_000)]
    public async Task what_is_out_of_range_is_refused_by_name()
    {
        (CommandAction Action, string Field)[] wrong =
        [
            (new CommandAction(), "action"),
            (new CommandAction { UpdateConfig = new UpdateConfigAction { ConfigJson = "[1]" } }, "config_json"),
            (new CommandAction { UpdateConfig = new UpdateConfigAction { ConfigJson = $"{{\"a\":\"{new string('x', 70_000)}\"}}" } }, "config_json"),
            (new CommandAction { RestartService = new RestartServiceAction() }, "service_name"),
            (new CommandAction { UpdateZones = new UpdateZonesAction { CameraId = "front-door", ZonesJson = "{}" } }, "zones_json"),
            (new CommandAction { UpdateZones = new UpdateZonesAction { CameraId = "kitchen", ZonesJson = "[]" } }, "camera_id"),
            (new CommandAction { RequestClip = new RequestClipAction { CameraId = "front-door", From = 0, DurationNs = 1 } }, "from"),
            (new CommandAction { RequestClip = new RequestClipAction { CameraId = "front-door", From = 1, DurationNs = 601_000_000_000 } }, "duration_ns"),
        ];
        foreach ((CommandAction action, string field) in wrong)
        {
            TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => IssueAsync(action));
            Assert.Contains(field, refused.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<TunnelException>(() => IssueAsync(Status, TimeSpan.FromDays(31)));
        await Assert.ThrowsAsync<TunnelException>(() => Registry.Commands.IssueAsync(EdgeId.New(), Status, TimeSpan.FromHours(1), "operator:test", None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_second_stream_of_an_edge_replaces_the_first()
    {
        using Stream first = Open();
        await first.AnyAsync();
        using Stream second = Open();
        await second.AnyAsync();
        RpcException ended = await Assert.ThrowsAsync<RpcException>(first.DrainAsync);
        Assert.Equal(StatusCode.Aborted, ended.StatusCode);
        EdgeCommand issued = await IssueAsync(Status);
        await second.NextAsync(issued.Id);
        Assert.True(Server.Connections.Get((await Registry.GetEdgeAsync(_credentials.EdgeId, None))!).TakesCommands);
    }

    [Fact(Timeout = 30_000)]
    public async Task another_edges_commands_cannot_be_answered()
    {
        EdgeCommand issued = await IssueAsync(Status);
        using EdgeCredentials other = await EnrolAsync(await AddEdgeAsync());
        using var stranger = new Stream(other);
        await stranger.AcknowledgeAsync(issued.Id);
        await stranger.AnswerAsync(new CommandResult { CommandId = issued.Id, Outcome = CommandResult.Types.Outcome.Succeeded });
        await stranger.SettledAsync(issued.Id);
        Assert.Equal(EdgeCommandState.Queued, (await GetAsync(issued.Id)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_edge_that_returns_is_asked_for_its_cameras_and_pings_measure_the_way()
    {
        using Stream edge = Open();
        NodeMessage asked = await edge.MessageAsync(m => m.Command?.Action.ActionCase == CommandAction.ActionOneofCase.SyncCapabilities);
        Assert.NotNull(asked);
        RegisteredEdge registered = (await Registry.GetEdgeAsync(_credentials.EdgeId, None))!;
        NodeMessage ping = await edge.MessageAsync(m => m.Ping is not null);
        await edge.WriteAsync(new EdgeMessage { Pong = new Pong { Number = ping.Ping.Number, Timestamp = UnixNanoseconds.From(Time.GetUtcNow() + TimeSpan.FromSeconds(90)) } });
        await Eventually.IsTrueAsync(() => Task.FromResult(Server.Connections.Get(registered).LatencyMedian is not null), "the round trip is known");
        EdgeConnection connection = Server.Connections.Get(registered);
        Assert.InRange(connection.ClockOffset!.Value.TotalSeconds, 89, 92);
        Assert.True(connection.LatencyP95 >= connection.LatencyMedian && connection.LatencyMedian > TimeSpan.Zero);
        Assert.Equal(EdgeConnectionState.Connected, connection.State);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("result")]
    [InlineData("error")]
    [InlineData("id")]
    public async Task an_answer_out_of_bounds_ends_the_stream_by_name(string what)
    {
        EdgeCommand issued = await IssueAsync(Status);
        using Stream edge = Open();
        await edge.NextAsync(issued.Id);
        await edge.AnswerAsync(what switch
        {
            "result" => new CommandResult { CommandId = issued.Id, ResultJson = "{" },
            "error" => new CommandResult { CommandId = issued.Id, ErrorMessage = new string('x', 513) },
            _ => new CommandResult { CommandId = "" },
        });
        RpcException ended = await Assert.ThrowsAsync<RpcException>(edge.DrainAsync);
        Assert.Equal(StatusCode.InvalidArgument, ended.StatusCode);
        Assert.Equal(EdgeCommandState.Queued, (await GetAsync(issued.Id)).State);
    }

    private Stream Open() => new(_credentials);

    private Task<EdgeCommand> IssueAsync(CommandAction action, TimeSpan? lifetime = null) =>
        Registry.Commands.IssueAsync(_credentials.EdgeId, action, lifetime ?? TimeSpan.FromHours(1), "operator:test", None);

    private async Task<EdgeCommand> GetAsync(string id) => (await Registry.Commands.GetAsync(id, None))!;

    /// <summary>An edge's end of a command stream, without an agent behind it.</summary>
    private sealed class Stream : IDisposable
    {
        private readonly GrpcChannel _channel;
        private readonly GrpcCall<EdgeMessage, NodeMessage> _call;

        public Stream(EdgeCredentials credentials)
        {
            _channel = EdgeChannel.Open(credentials.Address, credentials.Authorities, credentials.Certificate);
            _call = _channel.StartCall(EdgeMethods.Connect);
        }

        /// <summary>The commands that came so far.</summary>
        public List<string> Seen { get; } = [];

        public async Task AnyAsync() => Assert.NotNull(await _call.ReadAsync(None));

        public async Task<NodeMessage> MessageAsync(Func<NodeMessage, bool> wanted)
        {
            while (await _call.ReadAsync(None) is { } message)
            {
                if (message.Command is { } command)
                {
                    Seen.Add(command.CommandId);
                }

                if (wanted(message))
                {
                    return message;
                }
            }

            throw new InvalidOperationException("the stream ended");
        }

        /// <summary>Reads up to a command.</summary>
        public async Task<Command> NextAsync(string id) => (await MessageAsync(m => m.Command?.CommandId == id)).Command;

        public async Task<IReadOnlyList<string>> UntilAsync(string id)
        {
            await NextAsync(id);
            return Seen;
        }

        public async Task SettledAsync(string id) => await MessageAsync(m => m.Settled?.CommandId == id);

        public async Task DrainAsync() => await MessageAsync(_ => false);

        public Task AcknowledgeAsync(string id) => WriteAsync(new EdgeMessage { Acknowledgement = new CommandAcknowledgement { CommandId = id } });

        public Task AnswerAsync(CommandResult result) => WriteAsync(new EdgeMessage { Result = result });

        public async Task WriteAsync(EdgeMessage message) => await _call.WriteAsync(message, None);

        public void Dispose()
        {
            _call.Dispose();
            _channel.Dispose();
        }
    }
}
