using System.Diagnostics;
using Guardian.Tunnel;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Bench.Tunnel;

/// <summary>How long a device of wireguard-go takes until it has the registry's 1 000 peers, and until it is found to have them, against the second that the project allows.</summary>
internal static class ReconcileBenchmark
{
    public const string Word = "reconcile";

    private const int Peers = 1000;
    private const double LimitMs = 1000;

    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunAsync(string name, string folder)
    {
        var options = new WireGuardOptions { Enabled = true, Provider = WireGuardProvider.Userspace, Interface = name, Endpoint = "198.18.78.2:51820" };
        var source = new PeerList();
        await using var tunnel = new WireGuardTunnel(options, WireGuardServerKeys.Open(folder), source, NullLoggerFactory.Instance);
        await tunnel.StartAsync(None);
        source.Peers = [.. Enumerable.Range(1, Peers).Select(i => new WireGuardPeer { PublicKey = WireGuardPrivateKey.Generate().PublicKey, AllowedAddresses = tunnel.Addresses.OfEdge(i).ToNetworks() })];
        double added = await MeasureAsync(tunnel), compared = await MeasureAsync(tunnel);
        Console.WriteLine($"peers    {added,9:0} ms until wireguard-go has {Peers} new ones, {compared:0} ms to compare them; the limit is {LimitMs:0} ms; ratio {added / LimitMs:0.00}");
        await tunnel.StopAsync(None);
    }

    private static async Task<double> MeasureAsync(WireGuardTunnel tunnel)
    {
        var watch = Stopwatch.StartNew();
        await tunnel.ReconcileAsync(None);
        return watch.Elapsed.TotalMilliseconds;
    }
}
