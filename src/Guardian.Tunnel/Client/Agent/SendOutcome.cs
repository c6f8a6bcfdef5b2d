namespace Guardian.Tunnel;

/// <summary>What became of something that was queued.</summary>
/// <param name="Stored">True when the node holds it durably.</param>
/// <param name="Reason">Why the node does not take it and would not take it again.</param>
public sealed record SendOutcome(bool Stored, string Reason = "");
