namespace Guardian.Tunnel;

/// <summary>What lets an edge enrol once. The token is kept only as a hash, so this is the one time that it is seen.</summary>
/// <param name="Edge">The edge.</param>
/// <param name="Token">The one-time token.</param>
/// <param name="ExpiresAt">After this the token is worthless.</param>
public sealed record AdmissionTicket(RegisteredEdge Edge, string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>Everything but the token.</summary>
    public override string ToString() => $"{Edge.Id}, until {ExpiresAt:u}";
}
