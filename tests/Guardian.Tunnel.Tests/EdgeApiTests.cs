using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests;

public sealed class EdgeApiTests : GatewayFixture
{
    private EdgeClient _client = null!;
    private EdgeCredentials _credentials = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_client, _credentials) = await EnrolAsync();
    }

    public override async Task DisposeAsync()
    {
        _client.Dispose();
        _credentials.Dispose();
        await base.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task stored_events_are_acknowledged_by_id_and_refused_ones_named()
    {
        Event good = Event(), bad = Event(e => e.EventType = "bad");
        SendEventsResponse response = await _client.SendEventsAsync([good, bad], None);

        Assert.False(response.Success);
        Assert.Equal((1, good.Id), (response.ReceivedCount, Assert.Single(response.EventIds)));
        Assert.Equal((bad.Id, "event_type"), (response.Refused[0].EventId, response.Refused[0].Field));
        Assert.Contains("event_type", response.ErrorMessage, StringComparison.Ordinal);
        Assert.True(Node.Events.ContainsKey(good.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_edge_may_not_speak_for_another_edges_camera()
    {
        await _client.SendEventsAsync([Event()], None);
        (EdgeClient other, EdgeCredentials credentials) = await EnrolAsync();
        using (other)
        using (credentials)
        {
            RpcException events = await Assert.ThrowsAsync<RpcException>(() => other.SendEventsAsync([Event()], None));
            RpcException cameras = await Assert.ThrowsAsync<RpcException>(() => other.SyncCapabilitiesAsync([new CameraCapability { CameraId = "front-door" }], None));
            RpcException snapshots = await Assert.ThrowsAsync<RpcException>(() => UploadAsync(other, Snapshot("front-door", [1])));
            Assert.All([events, cameras, snapshots], e => Assert.Equal(StatusCode.PermissionDenied, e.StatusCode));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task requests_out_of_bounds_name_the_field()
    {
        (Func<Task> Call, string Field)[] cases =
        [
            (() => _client.SendEventsAsync([], None), "events"),
            (() => _client.SendEventsAsync([Event(e => e.CameraId = "a/b")], None), "camera_id"),
            (() => _client.SendEventsAsync([Event(e => e.CameraId = "")], None), "camera_id"),
            (() => _client.ReportDeploymentAsync(new ReportDeploymentRequest { DeploymentId = "d1", ErrorMessage = new string('x', 513) }, None), "error_message"),
            (() => _client.ReportDeploymentAsync(new ReportDeploymentRequest { DeploymentId = "d1", ProbeScore = double.NaN }, None), "probe_score"),
            (() => _client.GetClipInfoAsync(Guid.Empty, None), "event_id"),
        ];
        foreach ((Func<Task> call, string field) in cases)
        {
            RpcException error = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.Contains(field, error.Detail, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_store_that_fails_is_unavailable_and_its_words_stay_inside()
    {
        Node.Failure = new InvalidOperationException("password of the database");
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => _client.SendEventsAsync([Event()], None));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.DoesNotContain("password", error.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_event_with_the_largest_frames_is_taken()
    {
        Event e = Event();
        byte[] frame = Bytes(2 << 20);
        e.Frames.AddRange(Enumerable.Range(0, 8).Select(_ => new Frame { Jpeg = ByteString.CopyFrom(frame) }));
        Assert.True((await _client.SendEventsAsync([e], None)).Success);
        Assert.Equal(8, Node.Events[e.Id].Frames.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task one_camera_too_many_is_a_bound_and_not_a_failure()
    {
        await _client.SyncCapabilitiesAsync(Enumerable.Range(0, 256).Select(i => new CameraCapability { CameraId = $"camera-{i}" }), None);
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => _client.SendEventsAsync([Event(e => e.CameraId = "one-more")], None));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Contains("256", error.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_edge_that_is_revoked_cannot_go_on_with_an_open_upload()
    {
        using GrpcChannel channel = EdgeChannel.Open(_credentials.Address, _credentials.Authorities, _credentials.Certificate);
        using GrpcCall<UploadSnapshotRequest, UploadSnapshotResponse> call = channel.StartCall(EdgeMethods.UploadSnapshots);
        await call.WriteAsync(Snapshot("front-door", [1]), None);
        Assert.NotNull(await call.ReadAsync(None));
        await Registry.RevokeEdgeAsync(_credentials.EdgeId, "test", None);
        await call.WriteAsync(Snapshot("front-door", [2]), None);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.ReadAsync(None));
        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task cameras_are_recorded_and_need_snapshots()
    {
        SyncCapabilitiesResponse response = await _client.SyncCapabilitiesAsync(
            [new CameraCapability { CameraId = "front-door", Name = "Front", Type = "rtsp", Enabled = true, Status = "online", RequiredSnapshotCount = 120, SnapshotRequired = true }], None);
        Assert.Equal(("front-door", "needs_snapshots", 120u), (response.Cameras[0].CameraId, response.Cameras[0].Status, response.Cameras[0].RequiredSnapshotCount));
        RegisteredCamera camera = (await Registry.Cameras.GetAsync("front-door", None))!;
        Assert.Equal((_credentials.EdgeId, "Front", "rtsp", true), (camera.EdgeId, camera.Name, camera.Type, camera.Enabled));

        SyncCapabilitiesResponse wrong = await _client.SyncCapabilitiesAsync([new CameraCapability { CameraId = "x", Name = new string('n', 129) }], None);
        Assert.False(wrong.Success);
        Assert.Contains("name", wrong.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task readiness_survives_the_next_report()
    {
        await _client.SyncCapabilitiesAsync([new CameraCapability { CameraId = "front-door" }], None);
        await Registry.Cameras.SetReadinessAsync("front-door", CameraReadinessState.Trained, None);
        SyncCapabilitiesResponse response = await _client.SyncCapabilitiesAsync([new CameraCapability { CameraId = "front-door" }], None);
        Assert.Equal("trained", response.Cameras[0].Status);
    }

    [Fact(Timeout = 30_000)]
    public async Task telemetry_is_recorded_under_the_certificates_name_and_checked()
    {
        var telemetry = new TelemetryData { EdgeId = "somebody-else", System = new SystemMetrics { CpuUsagePercent = 12 } };
        Assert.True((await _client.SendTelemetryAsync(telemetry, None)).Success);
        TelemetrySample newest = (await Telemetry.GetNewestAsync(_credentials.EdgeId, None))!.Sample;
        Assert.Equal((_credentials.EdgeId.ToString(), 12), (newest.Data.EdgeId, newest.Values[TelemetryMetric.CpuUsagePercent]));

        telemetry.System.CpuUsagePercent = double.NaN;
        SendTelemetryResponse refused = await _client.SendTelemetryAsync(telemetry, None);
        Assert.False(refused.Success);
        Assert.StartsWith("system.cpu_usage_percent:", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_edge_may_not_report_another_edges_camera_in_its_telemetry()
    {
        var telemetry = new TelemetryData { Cameras = { new CameraStatus { CameraId = "front-door", Online = true } } };
        Assert.True((await _client.SendTelemetryAsync(telemetry, None)).Success);
        (EdgeClient other, EdgeCredentials credentials) = await EnrolAsync();
        using (other)
        using (credentials)
        {
            RpcException error = await Assert.ThrowsAsync<RpcException>(() => other.SendTelemetryAsync(telemetry, None));
            Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
            Assert.Null(await Telemetry.GetNewestAsync(credentials.EdgeId, None));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_clip_arrives_whole_and_sending_it_again_changes_nothing()
    {
        byte[] clip = Bytes(500_000);
        Guid id = Guid.NewGuid();
        var progress = new List<long>();
        ClipUploadResult first = await _client.UploadClipAsync(id, new MemoryStream(clip), 1, new Progress(progress.Add), None);
        ClipUploadResult again = await _client.UploadClipAsync(id, new MemoryStream(clip), 1, null, None);

        Assert.Equal((clip.Length, clip.Length), (first.TotalBytes, again.TotalBytes));
        Assert.Equal(clip, Node.Clips[id]);
        Assert.Equal(clip.Length, progress[^1]);
        Assert.True((await _client.GetClipInfoAsync(id, None)).Success);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_upload_that_was_cut_goes_on_where_the_nodes_copy_ends()
    {
        byte[] clip = Bytes(500_000);
        Guid id = Guid.NewGuid();
        int calls = 0;
        Node.CheckClip = bytes => bytes.Length > 200_000 && calls++ == 0 ? throw new IOException("the disk went away") : null;
        ClipUploadResult result = await _client.UploadClipAsync(id, new MemoryStream(clip), 5, null, None);

        Assert.Equal(2, result.Attempts);
        Assert.Equal(clip, Node.Clips[id]);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_refused_clip_says_why_by_its_status()
    {
        foreach ((ClipRefusalKind kind, StatusCode status) in new[]
        {
            (ClipRefusalKind.NotSealed, StatusCode.FailedPrecondition),
            (ClipRefusalKind.LimitReached, StatusCode.ResourceExhausted),
            (ClipRefusalKind.NotYours, StatusCode.PermissionDenied),
            (ClipRefusalKind.UnknownEvent, StatusCode.NotFound),
        })
        {
            Node.CheckClip = _ => new ClipRefusal(kind, "for this reason");
            RpcException error = await Assert.ThrowsAsync<RpcException>(() => _client.UploadClipAsync(Guid.NewGuid(), new MemoryStream(Bytes(2_000_000)), 3, null, None));
            Assert.Equal((status, "for this reason"), (error.StatusCode, error.Detail));
        }
    }

    [Theory(Timeout = 30_000)]
    [InlineData("data first", StatusCode.InvalidArgument)]
    [InlineData("header twice", StatusCode.InvalidArgument)]
    [InlineData("gap", StatusCode.OutOfRange)]
    [InlineData("no eof", StatusCode.DataLoss)]
    [InlineData("after eof", StatusCode.InvalidArgument)]
    [InlineData("given up", StatusCode.Cancelled)]
    [InlineData("bad id", StatusCode.InvalidArgument)]
    [InlineData("negative start", StatusCode.InvalidArgument)]
    [InlineData("nothing", StatusCode.InvalidArgument)]
    public async Task a_clip_stream_out_of_order_is_refused_and_not_stored(string how, StatusCode expected)
    {
        string id = Guid.NewGuid().ToString();
        var header = new StreamClipChunk { Header = new StreamClipHeader { EventId = id } };
        var data = new StreamClipChunk { Data = ByteString.CopyFrom(1, 2, 3) };
        StreamClipChunk[] chunks = how switch
        {
            "data first" => [data],
            "header twice" => [header, header],
            "gap" => [header, data, new StreamClipChunk { Offset = 7, Data = data.Data, Eof = true }],
            "no eof" => [header, data],
            "after eof" => [header, new StreamClipChunk { Data = data.Data, Eof = true }, new StreamClipChunk { Offset = 3, Data = data.Data }],
            "given up" => [header, data, new StreamClipChunk { ErrorMessage = "camera unplugged" }],
            "bad id" => [new StreamClipChunk { Header = new StreamClipHeader { EventId = "../../etc/passwd" } }],
            "negative start" => [new StreamClipChunk { Header = new StreamClipHeader { EventId = id, StartOffset = -1 } }],
            _ => [],
        };
        using GrpcChannel channel = EdgeChannel.Open(_credentials.Address, _credentials.Authorities, _credentials.Certificate);
        using GrpcCall<StreamClipChunk, StreamClipResponse> call = channel.StartCall(EdgeMethods.StreamClip);
        foreach (StreamClipChunk chunk in chunks)
        {
            await call.WriteAsync(chunk, None);
        }

        await call.CompleteAsync();
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseAsync(None));
        Assert.Equal(expected, error.StatusCode);
        Assert.Empty(Node.Clips);
    }

    [Fact(Timeout = 30_000)]
    public async Task snapshots_are_answered_one_by_one()
    {
        List<UploadSnapshotResponse> answers = await UploadAsync(_client, Snapshot("front-door", [1]), Snapshot("front-door", []), Snapshot("front-door", [2]));
        Assert.Equal(
            [UploadSnapshotResponse.Types.Result.Accepted, UploadSnapshotResponse.Types.Result.Refused, UploadSnapshotResponse.Types.Result.Accepted], answers.Select(a => a.Result));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_model_is_watched_for_downloaded_from_any_offset_and_verified()
    {
        await Node.Deployments.Writer.WriteAsync(Node.Assign());
        await using IAsyncEnumerator<Deployment> watch = _client.WatchDeploymentsAsync(None).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        string file = Path.Combine(Folder, "model.onnx");
        await File.WriteAllBytesAsync(file + ".part", Node.Model[..100_000]);
        await _client.DownloadModelAsync(watch.Current, file, None);
        Assert.Equal(Node.Model, await File.ReadAllBytesAsync(file));
        Assert.Equal(100_000, Assert.Single(Node.ModelOffsets));
        Assert.False(File.Exists(file + ".part"));
        Assert.True((await _client.ReportDeploymentAsync(new ReportDeploymentRequest { DeploymentId = "d1", Success = true }, None)).Accepted);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_watch_ends_when_the_gateway_stops()
    {
        await Node.Deployments.Writer.WriteAsync(Node.Assign());
        await using IAsyncEnumerator<Deployment> watch = _client.WatchDeploymentsAsync(None).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        Task<bool> next = watch.MoveNextAsync().AsTask();
        await Server.StopAsync(None);
        RpcException ended = await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_model_with_another_hash_is_refused_and_removed()
    {
        string file = Path.Combine(Folder, "model.onnx");
        await Assert.ThrowsAsync<TunnelException>(() => _client.DownloadModelAsync(Node.Assign(new byte[32]), file, None));
        Assert.False(File.Exists(file));
    }

    [Fact(Timeout = 30_000)]
    public async Task what_is_not_the_edges_is_not_found()
    {
        RpcException download = await Assert.ThrowsAsync<RpcException>(() => _client.DownloadModelAsync(new Deployment { DeploymentId = "d2", SizeBytes = 1, Sha256 = ByteString.CopyFrom(new byte[32]) }, Path.Combine(Folder, "x"), None));
        RpcException report = await Assert.ThrowsAsync<RpcException>(() => _client.ReportDeploymentAsync(new ReportDeploymentRequest { DeploymentId = "d2" }, None));
        Assert.Equal((StatusCode.NotFound, StatusCode.NotFound), (download.StatusCode, report.StatusCode));
    }

    private static Event Event(Action<Event>? change = null)
    {
        var e = new Event { Id = Guid.NewGuid().ToString(), CameraId = "front-door", EventType = "motion" };
        change?.Invoke(e);
        return e;
    }

    private static UploadSnapshotRequest Snapshot(string camera, byte[] jpeg) => new() { SnapshotId = Guid.NewGuid().ToString(), CameraId = camera, Label = "normal", Jpeg = ByteString.CopyFrom(jpeg) };

    private static async Task<List<UploadSnapshotResponse>> UploadAsync(EdgeClient client, params UploadSnapshotRequest[] snapshots)
    {
        var answers = new List<UploadSnapshotResponse>();
        await foreach (UploadSnapshotResponse answer in client.UploadSnapshotsAsync(snapshots.ToAsyncEnumerable(), None))
        {
            answers.Add(answer);
        }

        return answers;
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private sealed class Progress(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
