using System.Net;

namespace Guardian.Tunnel;

/// <summary>What a stranger with a token asks for.</summary>
/// <param name="Token">The one-time token.</param>
/// <param name="Software">What it runs, for people.</param>
/// <param name="CameraIds">The cameras that it wants to speak for.</param>
/// <param name="TunnelKey">Its WireGuard public key, 32 bytes; null when it wants no tunnel or the node has none.</param>
/// <param name="MaxTunnelPeers">How many addresses the tunnel's pool has for edges.</param>
/// <param name="Address">Where it calls from.</param>
internal sealed record EnrollmentClaim(string Token, string Software, IReadOnlyList<string> CameraIds, byte[]? TunnelKey, int MaxTunnelPeers, IPAddress? Address);
