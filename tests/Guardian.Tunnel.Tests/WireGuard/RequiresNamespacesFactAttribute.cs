namespace Guardian.Tunnel.Tests;

/// <summary>
/// A fact on real WireGuard in network namespaces: root, the programs and <c>/dev/net/tun</c> are needed. Where one is missing it is skipped with the reason; in CI it runs and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresNamespacesFactAttribute : FactAttribute
{
    public RequiresNamespacesFactAttribute() => Skip = Namespaces.Missing();
}
