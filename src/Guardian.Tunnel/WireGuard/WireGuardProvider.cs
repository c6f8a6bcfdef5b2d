namespace Guardian.Tunnel;

/// <summary>Who does the tunnel's work.</summary>
public enum WireGuardProvider
{
    /// <summary>The kernel where it can, else wireguard-go.</summary>
    Auto = 0,

    /// <summary>wireguard-go, or another program with the same socket.</summary>
    Userspace = 1,

    /// <summary>The kernel's module.</summary>
    Kernel = 2,
}
