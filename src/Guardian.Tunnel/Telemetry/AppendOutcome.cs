namespace Guardian.Tunnel;

/// <summary>What became of a sample.</summary>
public enum AppendOutcome
{
    /// <summary>It is on the disk.</summary>
    Stored = 1,

    /// <summary>There is one of the same second; it stays as it was.</summary>
    Duplicate = 2,

    /// <summary>Its minute is closed: samples of that time are not kept any more.</summary>
    TooOld = 3,
}
