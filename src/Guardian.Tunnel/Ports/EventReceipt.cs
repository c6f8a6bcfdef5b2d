namespace Guardian.Tunnel;

/// <summary>What became of one event that an edge sent.</summary>
/// <param name="Stored">True when it is stored durably, now or before.</param>
/// <param name="Field">When it is not: the field that is wrong, by its name in the contract.</param>
/// <param name="Reason">When it is not: the rule it breaks, naming the limit.</param>
public sealed record EventReceipt(bool Stored, string Field = "", string Reason = "");
