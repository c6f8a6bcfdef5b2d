namespace Guardian.Tunnel;

/// <summary>Who acts, as the audit log says it, where it is not an operator.</summary>
internal static class Actors
{
    public const string Edge = "edge", Stranger = "stranger", Node = "node";
}
