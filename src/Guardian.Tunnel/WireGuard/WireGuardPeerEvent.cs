using System.Net;

namespace Guardian.Tunnel;

/// <summary>A change in how a peer stands.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="PublicKey">The peer.</param>
/// <param name="At">When: the handshake's time, or when the silence was noticed.</param>
/// <param name="Endpoint">Where it was last heard from.</param>
/// <param name="AfterSilence">For a handshake: true when the peer was silent before or had never been heard of in this watch.</param>
public sealed record WireGuardPeerEvent(WireGuardPeerEventKind Kind, WireGuardPublicKey PublicKey, DateTimeOffset At, IPEndPoint? Endpoint, bool AfterSilence);
