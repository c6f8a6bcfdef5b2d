using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>What an enrolment gives an edge.</summary>
/// <param name="Credentials">What it needs to speak to its node; save them.</param>
/// <param name="Tunnel">Its end of the WireGuard tunnel; null when the node has none or the edge sent no key.</param>
public sealed record EdgeAdmission(EdgeCredentials Credentials, TunnelSettings? Tunnel) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Credentials.Dispose();
}
