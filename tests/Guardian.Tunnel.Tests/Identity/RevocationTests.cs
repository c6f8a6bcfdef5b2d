using Guardian.Grpc;
using Guardian.Testing;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Identity;

public sealed class RevocationTests : GatewayFixture
{
    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task every_open_call_of_a_revoked_edge_ends(bool byAnotherProcess)
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        using (client)
        using (credentials)
        using (GrpcChannel channel = EdgeChannel.Open(credentials.Address, credentials.Authorities, credentials.Certificate))
        using (GrpcCall<WatchDeploymentsRequest, Deployment> watch = channel.StartCall(EdgeMethods.WatchDeployments, new WatchDeploymentsRequest()))
        using (GrpcCall<UploadSnapshotRequest, UploadSnapshotResponse> upload = channel.StartCall(EdgeMethods.UploadSnapshots))
        using (GrpcCall<StreamClipChunk, StreamClipResponse> clip = channel.StartCall(EdgeMethods.StreamClip))
        using (GrpcCall<EdgeMessage, NodeMessage> commands = channel.StartCall(EdgeMethods.Connect))
        {
            await clip.WriteAsync(new StreamClipChunk { Header = new StreamClipHeader { EventId = Guid.NewGuid().ToString() } }, None);
            Task<RpcException>[] ends =
            [
                EndOfAsync(async () => await watch.ReadAsync(None)),
                EndOfAsync(async () => await upload.ReadAsync(None)),
                EndOfAsync(async () => await clip.ResponseAsync(None)),
                EndOfAsync(() => DrainAsync(commands)),
            ];
            RegisteredEdge edge = (await Registry.GetEdgeAsync(credentials.EdgeId, None))!;
            await Eventually.IsTrueAsync(() => Task.FromResult(Server.Connections.Get(edge).OpenCalls == ends.Length), "the gateway notices");

            if (byAnotherProcess)
            {
                await using var other = new EdgeRegistry(Path.Combine(Folder, "registry.db"), Time);
                Assert.True(await other.RevokeEdgeAsync(credentials.EdgeId, "operator:test", None));
            }
            else
            {
                Assert.True(await Registry.RevokeEdgeAsync(credentials.EdgeId, "operator:test", None));
            }

            foreach (Task<RpcException> end in ends)
            {
                RpcException status = await end;
                Assert.Equal((StatusCode.Unauthenticated, "this edge is revoked"), (status.StatusCode, status.Detail));
            }

            await Eventually.IsTrueAsync(() => Task.FromResult(Server.Connections.Get(edge).OpenCalls == 0), "the gateway notices");
            Assert.Equal(StatusCode.Unauthenticated, (await RefusalOfAsync(() => client.HeartbeatAsync(None))).StatusCode);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task the_certificate_stays_refused_after_a_restart_and_after_the_box_has_enrolled_anew()
    {
        (EdgeClient client, EdgeCredentials old) = await EnrolAsync();
        using (client)
        using (old)
        {
            await client.SyncCapabilitiesAsync([new CameraCapability { CameraId = "front-door" }], None);
            await Registry.RevokeEdgeAsync(old.EdgeId, "operator:test", None);
            await RestartAsync();
            await RefusedAsync(old, "this edge is revoked");

            using EdgeCredentials anew = await EnrolAsync(Bundle(await Registry.AllowReenrollmentAsync(old.EdgeId, TimeSpan.FromHours(1), "operator:test", None)));
            Assert.Equal(old.EdgeId, anew.EdgeId);
            Assert.Equal("front-door", Assert.Single(await Registry.Cameras.ListAsync(anew.EdgeId, None)).Id);
            using var client2 = new EdgeClient(anew);
            Assert.True((await client2.SendEventsAsync([new Event { Id = Guid.NewGuid().ToString(), CameraId = "front-door", EventType = "anomaly" }], None)).Success);
            await RefusedAsync(old, "this certificate was replaced by a later enrolment");
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_box_that_enrols_anew_ends_the_calls_of_its_former_certificate_alone()
    {
        (EdgeClient client, EdgeCredentials old) = await EnrolAsync();
        using (client)
        using (old)
        using (GrpcChannel channel = EdgeChannel.Open(old.Address, old.Authorities, old.Certificate))
        using (GrpcCall<EdgeMessage, NodeMessage> former = channel.StartCall(EdgeMethods.Connect))
        {
            await former.ReadAsync(None);
            Time.Advance(TimeSpan.FromMinutes(1));
            using EdgeCredentials anew = await EnrolAsync(Bundle(await Registry.AllowReenrollmentAsync(old.EdgeId, TimeSpan.FromHours(1), "operator:test", None)));
            using GrpcChannel channel2 = EdgeChannel.Open(anew.Address, anew.Authorities, anew.Certificate);
            using GrpcCall<WatchDeploymentsRequest, Deployment> watch = channel2.StartCall(EdgeMethods.WatchDeployments, new WatchDeploymentsRequest());
            RpcException ended = await EndOfAsync(() => DrainAsync(former));
            Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);

            Node.Deployments.Writer.TryWrite(Node.Assign());
            Assert.NotNull(await watch.ReadAsync(None));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_revoked_edges_token_and_commands_are_worthless()
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        client.Dispose();
        credentials.Dispose();
        EnrollmentBundle bundle = Bundle(await Registry.AllowReenrollmentAsync(credentials.EdgeId, TimeSpan.FromHours(1), "operator:test", None));
        EdgeCommand command = await Registry.Commands.IssueAsync(credentials.EdgeId, new CommandAction { GetStatus = new GetStatusAction() }, TimeSpan.FromHours(1), "operator:test", None);
        await Registry.RevokeEdgeAsync(credentials.EdgeId, "operator:test", None);

        await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(bundle));
        EdgeCommand settled = (await Registry.Commands.GetAsync(command.Id, None))!;
        Assert.Equal((EdgeCommandState.Expired, "the edge was revoked"), (settled.State, settled.Error));
        await Assert.ThrowsAsync<TunnelException>(() =>
            Registry.Commands.IssueAsync(credentials.EdgeId, new CommandAction { GetStatus = new GetStatusAction() }, TimeSpan.FromHours(1), "operator:test", None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_renewal_that_a_later_enrolment_has_overtaken_changes_nothing()
    {
        (EdgeClient client, EdgeCredentials old) = await EnrolAsync();
        client.Dispose();
        using (old)
        {
            using EdgeCredentials anew = await EnrolAsync(Bundle(await Registry.AllowReenrollmentAsync(old.EdgeId, TimeSpan.FromHours(1), "operator:test", None)));
            Assert.False(await Registry.RecordRenewalAsync(old.EdgeId, old.Certificate.SerialNumber, old.Certificate, null, None));
            using var present = new EdgeClient(anew);
            await present.HeartbeatAsync(None);
            await RefusedAsync(old, "this certificate was replaced by a later enrolment");
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_key_for_the_tunnel_that_a_revocation_has_overtaken_is_not_taken()
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        client.Dispose();
        credentials.Dispose();
        byte[] key = WireGuardPrivateKey.Generate().PublicKey.ToBytes();
        Assert.Equal(1, (await Registry.TunnelPeers.ProposeAsync(credentials.EdgeId, key, 100, null, None)).Number);
        await Registry.RevokeEdgeAsync(credentials.EdgeId, "operator:test", None);
        Assert.Empty(await Registry.TunnelPeers.ListAsync(None));
        await Assert.ThrowsAsync<TunnelException>(() => Registry.TunnelPeers.ProposeAsync(credentials.EdgeId, key, 100, null, None));
        await Assert.ThrowsAsync<TunnelException>(() => Registry.TunnelPeers.SetAsync(credentials.EdgeId, key, 100, "operator:test", None));
        Assert.Empty(await Registry.TunnelPeers.ListAsync(None));
    }

    private static async Task RefusedAsync(EdgeCredentials credentials, string reason)
    {
        using var client = new EdgeClient(credentials);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => client.HeartbeatAsync(None));
        Assert.Equal((StatusCode.Unauthenticated, reason), (refused.StatusCode, refused.Detail));
    }

    /// <summary>Pings and commands come first.</summary>
    private static async Task DrainAsync(GrpcCall<EdgeMessage, NodeMessage> stream)
    {
        while (await stream.ReadAsync(None) is not null)
        {
        }
    }

    private static async Task<RpcException> EndOfAsync(Func<Task> call) => await Assert.ThrowsAsync<RpcException>(call);
}
