using System.Text.Json;
using Guardian.Demo;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.EndToEnd.WireGuard;

/// <summary>Nodes and edges as their users run them, over real wireguard-go between two network namespaces.</summary>
[Collection("tunnel")]
public sealed class TunnelTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>How long the cable is cut: what the project promises to bear.</summary>
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(30);

    [RequiresNamespacesFact(Timeout = 240_000)]
    public async Task nothing_is_lost_or_stored_twice_when_the_cable_is_cut_for_half_a_minute()
    {
        await using TunnelSite site = await TunnelSite.StartAsync();
        await using SendingEdge edge = await site.EnrolAsync("edge");
        await edge.StartAsync();
        await site.ReceivesAsync(await edge.NextEventAsync(), "before the cut");
        await LinkIsReportedAsync(site);

        await site.SetCableAsync(up: false);
        Guid early = await edge.NextEventAsync();

        // Not a wait for anything: this long the cable is cut.
        await Task.Delay(Cut);
        int waiting = edge.Load.Events.Count - (await Support.SentLoad.ReceivedAsync(site.Running)).Count;
        Assert.True(waiting > 50, $"{waiting} events wait while the cable is cut");
        await site.SetCableAsync(up: true);
        Guid late = await edge.NextEventAsync();
        await site.ReceivesAsync(early, "queued during the cut");
        await site.ReceivesAsync(late, "queued after the cut");
        await edge.CheckAllArrivedAsync();
        output.WriteLine($"{edge.Load.Events.Count} events, {waiting} of them waited");
    }

    [RequiresNamespacesFact(Timeout = 180_000)]
    public async Task a_revoked_edge_is_cut_off_and_stays_out_by_every_way()
    {
        await using TunnelSite site = await TunnelSite.StartAsync();
        await using SendingEdge edge = await site.EnrolAsync("edge");
        await edge.StartAsync(lostAfter: 5);
        await site.ReceivesAsync(await edge.NextEventAsync(), "before it is revoked");
        Assert.Single(await site.PeersAsync());

        Task revoking = site.Running.Operator.RunAsync("edge", "revoke", edge.Id.ToString());
        await Eventually.IsTrueAsync(async () => (await site.PeersAsync()).Length == 0, "the peer is gone");
        DateTimeOffset gone = TimeProvider.System.GetUtcNow();
        await revoking;
        DateTimeOffset revoked = (await site.AuditedAsync("edge_revoked", "")).GetProperty("at").GetDateTimeOffset();

        await edge.SaysAsync("it said Unauthenticated");
        DateTimeOffset last = (await Support.SentLoad.ReceivedAsync(site.Running)).Values.Max();
        output.WriteLine($"peer gone {(gone - revoked).TotalMilliseconds:0} ms after the revocation, last event {(last - revoked).TotalMilliseconds:0} ms after it");
        Assert.True(gone - revoked < TimeSpan.FromSeconds(5), $"the peer was there for {gone - revoked}");
        Assert.True(last - revoked < TimeSpan.FromSeconds(5), $"an event came {last - revoked} after the revocation");
        await site.AuditedAsync("call_refused", "this edge is revoked");

        await edge.KillAsync();
        await site.Running.Node.KillAsync();
        await site.Running.Node.StartAsync(None);
        await edge.StartAsync(lostAfter: 5);
        await edge.SaysAsync("it said Unauthenticated");
        Assert.Empty(await site.PeersAsync());
        Assert.Equal(last, (await Support.SentLoad.ReceivedAsync(site.Running)).Values.Max());
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_valid_certificate_is_worth_nothing_outside_the_tunnel()
    {
        await using TunnelSite site = await TunnelSite.StartAsync();
        await using SendingEdge edge = await site.EnrolAsync("edge");
        int port = site.Running.Node.EdgePort;
        Assert.False(await site.Site.AcceptsOutsideAsync(Site.CableNode, port, None), "the edge API is open on the cable");
        Assert.True(await site.Site.AcceptsOutsideAsync(Site.CableNode, site.Running.Node.EnrollmentPort, None), "enrolment is closed");

        // Linux takes what comes for any of its addresses on any of its interfaces, so this route leads past the tunnel to the port.
        await TunnelSite.IpAsync("-n", site.Site.EdgeNamespace, "route", "add", TunnelSite.NodeAddress + "/32", "via", Site.CableNode);
        await edge.StartAsync(tunnel: false);
        await edge.SaysAsync("Unauthenticated calls must come through this edge's own tunnel");
        JsonElement refused = await site.AuditedAsync("call_refused", "calls must come through this edge's own tunnel");
        Assert.Equal(edge.Id.ToString(), refused.GetProperty("edge_id").GetString());
        Assert.Empty(await Support.SentLoad.ReceivedAsync(site.Running));

        // The same edge in its tunnel is welcome.
        await edge.KillAsync();
        await TunnelSite.IpAsync("-n", site.Site.EdgeNamespace, "route", "delete", TunnelSite.NodeAddress + "/32", "via", Site.CableNode);
        await edge.StartAsync();
        await site.ReceivesAsync(await edge.NextEventAsync(), "through the tunnel");
        await edge.CheckAllArrivedAsync();
    }

    [RequiresNamespacesFact(Timeout = 180_000)]
    public async Task a_node_that_is_killed_and_restarted_finds_its_tunnel_and_the_edge_goes_on()
    {
        await using TunnelSite site = await TunnelSite.StartAsync();
        await using SendingEdge edge = await site.EnrolAsync("edge");
        await edge.StartAsync();
        await site.ReceivesAsync(await edge.NextEventAsync(), "before the kill");
        string process = await site.WireGuardProcessAsync();

        await site.Running.Node.KillAsync();
        Guid away = await edge.NextEventAsync();
        await site.Running.Node.StartAsync(None);
        Assert.Equal(process, await site.WireGuardProcessAsync());
        await site.ReceivesAsync(away, "queued while the node was away");
        await edge.CheckAllArrivedAsync();
    }

    private static async Task LinkIsReportedAsync(TunnelSite site) => await Eventually.IsTrueAsync(
        async () =>
        {
            JsonElement connection = (await site.Running.Api.GetAsync("edges", None))[0].GetProperty("connection");
            return connection.GetProperty("state").GetString() == "connected" && connection.GetProperty("address").GetString() == "10.77.0.2" && connection.GetProperty("bytes_received").GetInt64() > 100_000
                && connection.GetProperty("tunnel_handshake_at").ValueKind == JsonValueKind.String && connection.GetProperty("latency_median_ms").ValueKind == JsonValueKind.Number;
        },
        "the API tells of the tunnel, the bytes and the latency",
        TimeSpan.FromSeconds(60));
}
