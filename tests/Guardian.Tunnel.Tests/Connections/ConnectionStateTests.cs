using Guardian.Testing;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Connections;

public sealed class ConnectionStateTests : GatewayFixture
{
    /// <summary>The test's clock must stay within what TLS, which has the system's, takes for valid.</summary>
    protected override void Configure(TunnelOptions options) => options.GoneAfter = TimeSpan.FromMinutes(5);

    [Fact(Timeout = 60_000)]
    public async Task an_edge_is_never_seen_connected_silent_gone_and_revoked_and_each_change_is_told_once()
    {
        EnrollmentBundle bundle = await AddEdgeAsync();
        EdgeId id = (await Registry.ListEdgesAsync(None))[0].Id;
        Assert.Equal(EdgeConnectionState.NeverSeen, await StateAsync(id));
        await using IAsyncEnumerator<TunnelNotification> told = Server.Notifications.SubscribeAsync(None).GetAsyncEnumerator();
        using EdgeCredentials credentials = await EnrolAsync(bundle);
        await HeartbeatAsync(credentials);
        Assert.Equal("connected", await NextAsync(told));
        Time.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(1));
        Assert.Equal("silent", await NextAsync(told));
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("gone", await NextAsync(told));
        Assert.Equal(EdgeConnectionState.Gone, await StateAsync(id));

        // Also for a gateway that knows it only from the registry.
        await RestartAsync();
        await using IAsyncEnumerator<TunnelNotification> toldAgain = Server.Notifications.SubscribeAsync(None).GetAsyncEnumerator();
        Assert.Equal(EdgeConnectionState.Gone, await StateAsync(id));
        await HeartbeatAsync(credentials);
        Assert.Equal("connected", await NextAsync(toldAgain));
        await Registry.RevokeEdgeAsync(id, "operator:test", None);
        Assert.Equal("revoked", await NextAsync(toldAgain));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_heartbeat_tells_how_far_the_edges_clock_is_off_and_the_kernel_counts_its_bytes()
    {
        using EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync());
        using var client = new EdgeClient(credentials, new ManualTime(Time.GetUtcNow() - TimeSpan.FromMinutes(5)));
        await client.HeartbeatAsync(None);
        RegisteredEdge edge = (await Registry.GetEdgeAsync(credentials.EdgeId, None))!;
        EdgeConnection connection = Server.Connections.Get(edge);
        Assert.InRange(connection.ClockOffset!.Value.TotalSeconds, -301, -299);

        await client.UploadClipAsync(Guid.NewGuid(), new MemoryStream(new byte[1_000_000]), 1, null, None);
        connection = Server.Connections.Get(edge);
        Assert.InRange(connection.BytesReceived, 1_000_000, 2_000_000);
        Assert.InRange(connection.BytesSent, 1, 100_000);
        Assert.Equal("127.0.0.1", connection.Address?.ToString());

        // What a connection carried stays counted when it is gone.
        client.Dispose();
        await Eventually.IsTrueAsync(() => Task.FromResult(Server.Connections.Get(edge).OpenCalls == 0), "the calls are over");
        Assert.True(Server.Connections.Get(edge).BytesReceived >= connection.BytesReceived);
    }

    [Fact(Timeout = 60_000)]
    public async Task changes_of_cameras_and_readiness_are_told()
    {
        using EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync());
        await using IAsyncEnumerator<TunnelNotification> told = Server.Notifications.SubscribeAsync(None).GetAsyncEnumerator();
        using var client = new EdgeClient(credentials);
        await client.SyncCapabilitiesAsync([new CameraCapability { CameraId = "front-door", Status = "online" }], None);
        await Registry.Cameras.SetReadinessAsync("front-door", CameraReadinessState.Trained, None);
        var all = new List<(TunnelNotificationKind, string?, string)>();
        while (!all.Contains((TunnelNotificationKind.ReadinessChanged, "front-door", "trained")))
        {
            Assert.True(await told.MoveNextAsync());
            all.Add((told.Current.Kind, told.Current.CameraId, told.Current.Detail));
        }

        Assert.Contains((TunnelNotificationKind.CapabilitiesChanged, "front-door", "online"), all);
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(1, 100)]
    public void percentiles_are_of_the_newest_round_trips(double share, int expected)
    {
        var window = new LatencyWindow();
        Assert.Null(window.Percentile(share));
        for (int i = 0; i < 1000; i++)
        {
            window.Add(TimeSpan.FromSeconds(1000));
        }

        for (int i = 1; i <= 128; i++)
        {
            window.Add(TimeSpan.FromMilliseconds(Math.Min(i, 100)));
        }

        // 128 samples from 1 to 100 ms, the last 29 of them 100 ms.
        Assert.Equal(Math.Min(Math.Ceiling(share * 128), 100), window.Percentile(share)!.Value.TotalMilliseconds);
        Assert.True(expected <= 100);
    }

    private async Task<EdgeConnectionState> StateAsync(EdgeId id) => Server.Connections.Get((await Registry.GetEdgeAsync(id, None))!).State;

    private static async Task HeartbeatAsync(EdgeCredentials credentials)
    {
        using var client = new EdgeClient(credentials);
        await client.HeartbeatAsync(None);
    }

    /// <summary>The next state that is told.</summary>
    private static async Task<string> NextAsync(IAsyncEnumerator<TunnelNotification> told)
    {
        do
        {
            Assert.True(await told.MoveNextAsync());
        }
        while (told.Current.Kind != TunnelNotificationKind.ConnectionChanged);
        return told.Current.Detail;
    }
}
