namespace Guardian.Analysis;

/// <summary>How much an event matters.</summary>
public enum RiskLevel
{
    /// <summary>Nothing unusual.</summary>
    None = 0,

    /// <summary>Unusual; worth a look some time.</summary>
    Low = 1,

    /// <summary>Unusual; worth a look today.</summary>
    Medium = 2,

    /// <summary>Worth a look now.</summary>
    High = 3,

    /// <summary>Someone should act now.</summary>
    Critical = 4,
}
