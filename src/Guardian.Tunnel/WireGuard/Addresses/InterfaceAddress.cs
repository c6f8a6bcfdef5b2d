using System.Net;

namespace Guardian.Tunnel;

/// <summary>An address of an interface and the network it lies in.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Bits of the network: what lies in it is sent through the interface.</param>
public readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>Address and prefix length, such as <c>10.77.0.1/20</c>.</summary>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
