namespace Guardian.Tunnel;

/// <summary>Whether an edge may speak.</summary>
public enum EdgeState
{
    /// <summary>Added by the operator; its bundle has not been used.</summary>
    Pending = 1,

    /// <summary>Enrolled.</summary>
    Active = 2,

    /// <summary>Shut out by the operator, until the operator lets it enrol anew.</summary>
    Revoked = 3,
}
