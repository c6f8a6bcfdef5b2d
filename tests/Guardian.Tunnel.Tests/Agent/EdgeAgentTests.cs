using Guardian.Testing;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests.Agent;

public sealed class EdgeAgentTests : GatewayFixture
{
    private readonly TemporaryFolder _edge = new();
    private readonly FakeDevice _device = new();
    private EdgeId _id;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync(), "front-door");
        credentials.Save(_edge.File("credentials"));
        _id = credentials.EdgeId;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _edge.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task events_queued_while_the_node_was_away_and_the_agent_was_replaced_arrive_in_order_and_once()
    {
        (int edgePort, int enrollmentPort) = (Server.EdgeEndPoint.Port, Server.EnrollmentEndPoint.Port);
        await StopAsync();
        List<Event> events = [.. Enumerable.Range(0, 250).Select(_ => Event())];
        await using (Running first = await RunAsync())
        {
            foreach (Event e in events)
            {
                await first.Agent.EnqueueEventAsync(e, None);
            }

            // An event that is queued twice is one event.
            await first.Agent.EnqueueEventAsync(events[0], None);
            Assert.Equal(events.Count, first.Agent.Waiting.Items);
        }

        await using Running second = await RunAsync();
        Assert.Equal(events.Count, second.Agent.Waiting.Items);
        await StartAsync(edgePort, enrollmentPort);
        await Eventually.IsTrueAsync(() => Task.FromResult(second.Agent.Waiting.Items == 0), "everything is sent");
        Assert.Equal(events.Select(e => e.Id), Node.Arrivals);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_id_in_capitals_is_the_same_event()
    {
        await using Running edge = await RunAsync();
        Event e = Event(x => x.Id = x.Id.ToUpperInvariant());
        await edge.Agent.EnqueueEventAsync(e, None);
        await Eventually.IsTrueAsync(() => Task.FromResult(edge.Agent.Waiting.Items == 0), "it is sent");
        Assert.Equal(e.Id.ToLowerInvariant(), Assert.Single(Node.Arrivals));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_clip_for_which_the_node_has_no_room_waits_behind_the_others()
    {
        byte[] tooLarge = new byte[100_000], small = new byte[1000];
        Guid first = Guid.NewGuid(), second = Guid.NewGuid();
        Node.CheckClip = bytes => bytes.Length > small.Length ? new ClipRefusal(ClipRefusalKind.LimitReached, "no room") : null;
        await using Running edge = await RunAsync(start: false);
        foreach ((Guid id, byte[] bytes) in new[] { (first, tooLarge), (second, small) })
        {
            string file = _edge.File(id.ToString());
            await File.WriteAllBytesAsync(file, bytes);
            await edge.Agent.EnqueueClipAsync(id, file, None);
        }

        Task<SendOutcome> sent = edge.Agent.ClipOutcomeAsync(second, None);
        edge.Start();
        Assert.True((await sent).Stored);
        Assert.Equal(1, edge.Agent.Waiting.Items);
        Node.CheckClip = _ => null;
        await Eventually.IsTrueAsync(() => Task.FromResult(Node.Clips.ContainsKey(first)), "there is room by now");
    }

    [Fact(Timeout = 60_000)]
    public async Task a_device_that_throws_does_not_stop_the_rest()
    {
        _device.Answer = (_, _) => throw new InvalidOperationException("stuck");
        _device.IsBroken = true;
        await using Running edge = await RunAsync();
        Event e = Event();
        await edge.Agent.EnqueueEventAsync(e, None);
        await Eventually.IsTrueAsync(() => Task.FromResult(Node.Arrivals.Contains(e.Id)), "the event is sent");
    }

    [Fact(Timeout = 60_000)]
    public async Task a_refused_event_does_not_hold_up_the_others()
    {
        Event foreign = Event(e => e.CameraId = "kitchen"), bad = Event(e => e.EventType = "bad"), good = Event();
        await Registry.Cameras.AssignAsync(_id, "front-door", "operator:test", None);
        await using Running edge = await RunAsync(start: false);
        Task<SendOutcome>[] outcomes = [.. new[] { foreign, bad, good }.Select(e => edge.Agent.EventOutcomeAsync(Guid.Parse(e.Id), None))];
        foreach (Event e in new[] { foreign, bad, good })
        {
            await edge.Agent.EnqueueEventAsync(e, None);
        }

        edge.Start();
        SendOutcome[] sent = await Task.WhenAll(outcomes);
        Assert.Equal([false, false, true], sent.Select(s => s.Stored));
        Assert.Contains("kitchen", sent[0].Reason, StringComparison.Ordinal);
        Assert.Contains("event_type", sent[1].Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_clip_goes_after_its_event_and_another_agent_goes_on_where_the_node_has_it()
    {
        byte[] bytes = new byte[3_000_000];
        Random.Shared.NextBytes(bytes);
        Event e = Event();
        var id = Guid.Parse(e.Id);
        string file = _edge.File("clip.sealed");
        await File.WriteAllBytesAsync(file, bytes);
        Node.CheckClip = received => received.Length > 1_000_000 ? throw new IOException("the disk went away") : null;
        await using (Running first = await RunAsync())
        {
            await first.Agent.EnqueueClipAsync(id, file, None);
            Assert.False(File.Exists(file));
            await first.Agent.EnqueueEventAsync(e, None);
            await Eventually.IsTrueAsync(() => Task.FromResult(Node.Partials.ContainsKey(id)), "the clip is cut");
            Assert.Contains(e.Id, Node.Arrivals);
        }

        Node.CheckClip = _ => null;
        int before = Node.ClipOffsets.Count;
        await using Running second = await RunAsync(start: false);
        Task<SendOutcome> outcome = second.Agent.ClipOutcomeAsync(id, None);
        second.Start();
        Assert.True((await outcome).Stored);
        Assert.Equal(bytes, Node.Clips[id]);
        Assert.True(Node.ClipOffsets.ElementAt(before) > 0);
        Assert.Equal((0, 0L), second.Agent.Waiting);
        Assert.Empty(Directory.GetFiles(_edge.File("agent/clips")));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_clip_that_the_node_refuses_leaves_the_queue()
    {
        Node.CheckClip = _ => new ClipRefusal(ClipRefusalKind.NotSealed, "not sealed");
        var id = Guid.NewGuid();
        string file = _edge.File("clip");
        await File.WriteAllBytesAsync(file, new byte[1000]);
        await using Running edge = await RunAsync();
        Task<SendOutcome> outcome = edge.Agent.ClipOutcomeAsync(id, None);
        await edge.Agent.EnqueueClipAsync(id, file, None);
        Assert.Contains("not sealed", (await outcome).Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_queue_is_bounded_and_keeps_what_it_took()
    {
        await using Running edge = await RunAsync(start: false, o => o.MaxQueueItems = 2);
        await edge.Agent.EnqueueEventAsync(Event(), None);
        string file = _edge.File("clip");
        await File.WriteAllBytesAsync(file, new byte[2 << 20]);
        await using (Running small = await RunAsync(start: false, o => o.MaxQueueBytes = 1 << 20, folder: "small"))
        {
            Assert.Contains("1048576", (await Assert.ThrowsAsync<TunnelException>(() => small.Agent.EnqueueClipAsync(Guid.NewGuid(), file, None))).Message, StringComparison.Ordinal);
        }

        await edge.Agent.EnqueueClipAsync(Guid.NewGuid(), file, None);
        TunnelException full = await Assert.ThrowsAsync<TunnelException>(() => edge.Agent.EnqueueEventAsync(Event(), None));
        Assert.Contains("at most 2", full.Message, StringComparison.Ordinal);
        Assert.Equal(2, edge.Agent.Waiting.Items);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_edge_that_is_shut_out_keeps_its_queue_and_drains_it_when_it_is_let_in_again()
    {
        Event e = Event();
        await Registry.RevokeEdgeAsync(_id, "operator:test", None);
        await using (Running shutOut = await RunAsync())
        {
            await shutOut.Agent.EnqueueEventAsync(e, None);
            await Eventually.IsTrueAsync(
                async () => (await Registry.Audit.ListAsync(_id, null, 100, None)).Any(a => a.Action == AuditAction.CallRefused), "the edge is refused");
            Assert.Equal(1, shutOut.Agent.Waiting.Items);
        }

        using EdgeCredentials anew = await EnrolAsync(Bundle(await Registry.AllowReenrollmentAsync(_id, TimeSpan.FromHours(1), "operator:test", None)));
        anew.Save(_edge.File("credentials"));
        await using Running back = await RunAsync();
        await Eventually.IsTrueAsync(() => Task.FromResult(Node.Arrivals.Contains(e.Id)), "the event is sent");
    }

    [Fact(Timeout = 60_000)]
    public async Task a_command_is_executed_once_and_its_answer_waits_for_a_node_that_is_away()
    {
        (int edgePort, int enrollmentPort) = (Server.EdgeEndPoint.Port, Server.EnrollmentEndPoint.Port);
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        _device.Answer = async (_, _) =>
        {
            asked.TrySetResult();
            await answer.Task;
            return CommandAnswer.Done("{\"n\":1}");
        };
        await using Running edge = await RunAsync();
        EdgeCommand issued = await IssueAsync();
        await asked.Task;
        await StopAsync();
        answer.SetResult();
        await StartAsync(edgePort, enrollmentPort);
        EdgeCommand settled = await Registry.Commands.WaitAsync(issued.Id, None);
        Assert.Equal((EdgeCommandState.Succeeded, "{\"n\":1}"), (settled.State, settled.ResultJson));
        Assert.Single(_device.Executed);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_command_that_was_running_when_the_agent_was_stopped_is_not_run_again()
    {
        var asked = new TaskCompletionSource();
        _device.Answer = async (_, token) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return CommandAnswer.Done();
        };
        EdgeCommand issued = await IssueAsync();
        await using (await RunAsync())
        {
            await asked.Task;
        }

        await using Running second = await RunAsync();
        EdgeCommand settled = await Registry.Commands.WaitAsync(issued.Id, None);
        Assert.Equal(EdgeCommandState.Unknown, settled.State);
        Assert.Single(_device.Executed);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_device_that_throws_has_failed_the_command_in_its_own_words()
    {
        _device.Answer = (_, _) => throw new InvalidOperationException("the motor is stuck");
        await using Running edge = await RunAsync();
        EdgeCommand settled = await Registry.Commands.WaitAsync((await IssueAsync()).Id, None);
        Assert.Equal((EdgeCommandState.Failed, "the motor is stuck"), (settled.State, settled.Error));
    }

    [Fact(Timeout = 60_000)]
    public async Task cameras_heartbeats_and_telemetry_come_by_themselves()
    {
        await using Running edge = await RunAsync();
        await Eventually.IsTrueAsync(async () => (await Registry.Cameras.GetAsync("front-door", None)) is { LabelledSnapshots: 7 }, "the cameras are reported");
        await Eventually.IsTrueAsync(async () => (await Telemetry.GetNewestAsync(_id, None))?.Sample.Values[TelemetryMetric.CpuUsagePercent] == 12, "telemetry is sent");
        RegisteredEdge registered = (await Registry.GetEdgeAsync(_id, None))!;
        await Eventually.IsTrueAsync(() => Task.FromResult(Server.Connections.Get(registered) is { TakesCommands: true, ClockOffset: not null }), "it is connected");
        Assert.Equal(7, (await Registry.Cameras.GetAsync("front-door", None))!.LabelCounts["normal"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_certificate_is_renewed_at_two_thirds_of_its_life_and_used_at_once()
    {
        string before = Serial();
        var time = new ManualTime(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(61));
        await using Running edge = await RunAsync(time: time);
        await Eventually.IsTrueAsync(() => Task.FromResult(Serial() != before), "the certificate is renewed");
        Event e = Event();
        await edge.Agent.EnqueueEventAsync(e, None);
        await Eventually.IsTrueAsync(() => Task.FromResult(Node.Arrivals.Contains(e.Id)), "the new certificate is used");
        Assert.Contains(await Registry.Audit.ListAsync(_id, null, 100, None), a => a.Action == AuditAction.CertificateRenewed);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_command_to_refresh_renews_the_certificate()
    {
        string before = Serial();
        await using Running edge = await RunAsync();
        EdgeCommand issued = await Registry.Commands.IssueAsync(_id, new CommandAction { RefreshCredentials = new RefreshCredentialsAction() }, TimeSpan.FromHours(1), "operator:test", None);
        Assert.Equal(EdgeCommandState.Succeeded, (await Registry.Commands.WaitAsync(issued.Id, None)).State);
        Assert.NotEqual(before, Serial());
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_is_fetched_loaded_and_reported_and_one_that_does_not_load_is_too()
    {
        await using Running edge = await RunAsync();
        Node.Deployments.Writer.TryWrite(Node.Assign());
        await Eventually.IsTrueAsync(() => Task.FromResult(_device.Models.Contains(("m1", true, ""))), "the model is in use");
        Assert.Equal((true, 1.5), (Node.Reports.Single().Success, Node.Reports.Single().ProbeScore));

        _device.Load = _ => throw new InvalidOperationException("opset 99");
        Node.Model = [1, 2, 3];
        Node.Deployments.Writer.TryWrite(Node.Assign());
        await Eventually.IsTrueAsync(() => Task.FromResult(_device.Models.Contains(("m1", false, "opset 99"))), "the model is refused");
        Assert.Equal((false, "opset 99"), (Node.Reports.Last().Success, Node.Reports.Last().ErrorMessage));
    }

    [Fact(Timeout = 60_000)]
    public async Task snapshots_are_answered_one_by_one_over_as_many_calls_as_it_takes()
    {
        await using Running edge = await RunAsync();
        List<UploadSnapshotRequest> snapshots = [.. Enumerable.Range(0, 230).Select(i => new UploadSnapshotRequest
        {
            SnapshotId = $"s{i}", CameraId = "front-door", Label = "normal", Jpeg = i == 5 ? Google.Protobuf.ByteString.Empty : Google.Protobuf.ByteString.CopyFrom(1),
        })];
        var answers = new List<UploadSnapshotResponse>();
        await foreach (UploadSnapshotResponse answer in edge.Agent.UploadSnapshotsAsync(snapshots, None))
        {
            answers.Add(answer);
        }

        Assert.Equal(snapshots.Select(s => s.SnapshotId), answers.Select(a => a.SnapshotId));
        Assert.Equal("s5", Assert.Single(answers, a => a.Result == UploadSnapshotResponse.Types.Result.Refused).SnapshotId);
    }

    [Fact]
    public async Task unsound_options_are_refused_by_name()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => EdgeAgent.OpenAsync(new EdgeAgentOptions { MaxQueueItems = 0 }, _device, NullLogger.Instance));
        Assert.All(["Directory", "CredentialsDirectory", "MaxQueueItems"], name => Assert.Contains(name, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void waits_double_stay_bounded_and_differ()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), new Random(1));
        List<double> waits = [.. Enumerable.Range(0, 50).Select(_ => backoff.Next().TotalSeconds)];
        Assert.InRange(waits[0], 0.5, 1);
        Assert.InRange(waits[3], 4, 8);
        Assert.All(waits.Skip(5), w => Assert.InRange(w, 5, 10));
        Assert.True(waits.Distinct().Count() > 40);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
    }

    private static Event Event(Action<Event>? change = null)
    {
        var e = new Event { Id = Guid.NewGuid().ToString(), CameraId = "front-door", EventType = "anomaly" };
        change?.Invoke(e);
        return e;
    }

    private Task<EdgeCommand> IssueAsync() => Registry.Commands.IssueAsync(_id, new CommandAction { GetStatus = new GetStatusAction() }, TimeSpan.FromHours(1), "operator:test", None);

    private string Serial()
    {
        using EdgeCredentials credentials = EdgeCredentials.Load(_edge.File("credentials"));
        return credentials.Certificate.SerialNumber;
    }

    private async Task<Running> RunAsync(bool start = true, Action<EdgeAgentOptions>? change = null, string folder = "agent", TimeProvider? time = null)
    {
        var options = new EdgeAgentOptions
        {
            Directory = _edge.File(folder),
            CredentialsDirectory = _edge.File("credentials"),
            FirstRetry = TimeSpan.FromMilliseconds(20),
            LastRetry = TimeSpan.FromMilliseconds(200),
        };
        change?.Invoke(options);
        var running = new Running(await EdgeAgent.OpenAsync(options, _device, NullLogger.Instance, time));
        if (start)
        {
            running.Start();
        }

        return running;
    }

    /// <summary>An agent at work, stopped at the end.</summary>
    private sealed class Running(EdgeAgent agent) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _work = Task.CompletedTask;

        public EdgeAgent Agent { get; } = agent;

        public void Start() => _work = Agent.RunAsync(_stop.Token);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _work;
            await Agent.DisposeAsync();
            _stop.Dispose();
        }
    }
}
