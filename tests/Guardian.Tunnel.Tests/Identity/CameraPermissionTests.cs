using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Identity;

public sealed class CameraPermissionTests : GatewayFixture
{
    [Fact(Timeout = 30_000)]
    public async Task an_edge_whose_cameras_the_operator_named_speaks_for_no_other_and_it_is_audited()
    {
        using EdgeCredentials credentials = await EnrolAsync(await AddAsync("garage", "yard"));
        using var client = new EdgeClient(credentials);
        Assert.True((await client.SendEventsAsync([Event("garage")], None)).Success);
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => client.SendEventsAsync([Event("kitchen")], None),
            () => client.SyncCapabilitiesAsync([new CameraCapability { CameraId = "yard", Name = "renamed" }, new CameraCapability { CameraId = "kitchen" }], None),
        })
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal((StatusCode.PermissionDenied, "camera_id: this edge does not speak for kitchen"), (refused.StatusCode, refused.Detail));
        }

        // Nothing of the report with the foreign camera was taken over.
        Assert.Equal("yard", (await Registry.Cameras.GetAsync("yard", None))!.Name);
        AuditEntry entry = Assert.Single(await Registry.Audit.ListAsync(credentials.EdgeId, null, 100, None), e => e.Action == AuditAction.CameraRefused);
        Assert.Equal(("edge", "127.0.0.1", "kitchen is not assigned to it"), (entry.Actor, entry.Address, entry.Detail));
    }

    [Fact(Timeout = 30_000)]
    public async Task cameras_named_at_enrolment_are_its_own_and_later_ones_are_the_operators_to_assign()
    {
        using EdgeCredentials credentials = await EnrolAsync(await AddAsync(), "garage");
        using var client = new EdgeClient(credentials);
        Assert.True((await client.SendEventsAsync([Event("garage")], None)).Success);

        // An edge in the field names none when it enrols: it does so with its first calls.
        Assert.True((await client.SendEventsAsync([Event("yard")], None)).Success);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => client.SendEventsAsync([Event("kitchen")], None))).StatusCode);

        await Registry.Cameras.AssignAsync(credentials.EdgeId, "kitchen", "operator:test", None);
        Assert.True((await client.SendEventsAsync([Event("kitchen")], None)).Success);
        await Registry.Cameras.ReleaseAsync("kitchen", "operator:test", None);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => client.SendEventsAsync([Event("kitchen")], None))).StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_enrolment_that_asks_for_a_foreign_camera_is_refused_and_its_token_stays_good()
    {
        using EdgeCredentials first = await EnrolAsync(await AddAsync("garage"));
        EnrollmentBundle bundle = await AddAsync();
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(bundle, "garage"));
        Assert.Contains("garage", refused.Message, StringComparison.Ordinal);
        Assert.Contains(await Registry.Audit.ListAsync(null, null, 100, None), e => e.Action == AuditAction.CameraRefused && e.Address == "127.0.0.1");
        using EdgeCredentials second = await EnrolAsync(bundle, "yard");
        Assert.Equal("yard", Assert.Single(await Registry.Cameras.ListAsync(second.EdgeId, None)).Id);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_camera_is_moved_with_all_that_is_known_of_it()
    {
        using EdgeCredentials first = await EnrolAsync(await AddAsync("garage")), second = await EnrolAsync(await AddAsync("yard"));
        await Registry.Cameras.SetReadinessAsync("garage", CameraReadinessState.Trained, None);
        await Registry.Cameras.AssignAsync(second.EdgeId, "garage", "operator:test", None);

        using EdgeClient former = new(first), present = new(second);
        Assert.True((await present.SendEventsAsync([Event("garage")], None)).Success);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => former.SendEventsAsync([Event("garage")], None))).StatusCode);
        Assert.Equal(CameraReadinessState.Trained, (await Registry.Cameras.GetAsync("garage", None))!.Readiness);
        Assert.Contains(await Registry.Audit.ListAsync(second.EdgeId, null, 100, None), e => e.Action == AuditAction.CameraAssigned && e.Detail.Contains(first.EdgeId.ToString(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_camera_that_is_another_edges_cannot_be_given_to_a_new_one()
    {
        await AddAsync("garage");
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => AddAsync("garage"));
        Assert.Contains("garage", refused.Message, StringComparison.Ordinal);
        Assert.Single(await Registry.ListEdgesAsync(None));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_flood_of_refusals_does_not_fill_the_audit_log()
    {
        using EdgeCredentials credentials = await EnrolAsync(await AddAsync("garage"));
        using var client = new EdgeClient(credentials);
        for (int i = 0; i < 50; i++)
        {
            await Assert.ThrowsAsync<RpcException>(() => client.SendEventsAsync([Event("kitchen")], None));
        }

        Time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<RpcException>(() => client.SendEventsAsync([Event("kitchen")], None));
        List<AuditEntry> entries = [.. (await Registry.Audit.ListAsync(credentials.EdgeId, null, 100, None)).Where(e => e.Action == AuditAction.CameraRefused)];
        Assert.Equal(2, entries.Count);
        Assert.Contains("49 more", entries[0].Detail, StringComparison.Ordinal);
    }

    private async Task<EnrollmentBundle> AddAsync(params string[] cameras) => Bundle(await Registry.AddEdgeAsync(new NewEdge { Name = "edge", Cameras = cameras }, "operator:test", None));

    private static Event Event(string camera) => new() { Id = Guid.NewGuid().ToString(), CameraId = camera, EventType = "anomaly" };
}
