namespace Guardian.Tunnel.Tests;

/// <inheritdoc cref="RequiresNamespacesFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresNamespacesTheoryAttribute : TheoryAttribute
{
    public RequiresNamespacesTheoryAttribute() => Skip = Namespaces.Missing();
}
