namespace Guardian.Tunnel;

/// <summary>The content of <c>edge.json</c>.</summary>
internal sealed record EdgeInfo(string EdgeId, string Address);
