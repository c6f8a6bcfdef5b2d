namespace Guardian.Tunnel;

/// <summary>One line of the audit log: who did what, when, from where.</summary>
/// <param name="Id">Grows with every entry.</param>
/// <param name="At">When.</param>
/// <param name="Action">What.</param>
/// <param name="Actor">Who: <c>edge</c>, <c>stranger</c>, <c>node</c>, or the operator's own name such as <c>operator:root</c>.</param>
/// <param name="Address">From where, an IP address; null when it came from no network.</param>
/// <param name="Edge">The edge that it is about; null when it is about none.</param>
/// <param name="Detail">The particulars in words; holds no secret.</param>
public sealed record AuditEntry(long Id, DateTimeOffset At, AuditAction Action, string Actor, string? Address, EdgeId? Edge, string Detail);
