using System.Net;
using Google.Protobuf;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>A tunnel that is the loopback device: everything of the edge API that needs one is served, and every edge is within it.</summary>
internal sealed class LoopbackNetwork : ITunnelNetwork
{
    public IPAddress NodeAddress => IPAddress.Loopback;

    public int PeerCount => 0;

    public int MaxPeers => 250;

    public Task<bool> IsOwnAddressAsync(EdgeId edge, IPAddress? address, CancellationToken cancellationToken) => Task.FromResult(address is not null && IPAddress.IsLoopback(address));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Changed()
    {
        // There is no device to reconcile.
    }

    public TunnelSettings SettingsOf(TunnelPeer peer) => new() { NodePublicKey = ByteString.CopyFrom(new byte[32]), Endpoint = "127.0.0.1:51820", Addresses = { $"10.77.0.{peer.Number + 1}/32" } };
}
