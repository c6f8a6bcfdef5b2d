namespace Guardian.Events;

/// <summary>What became of an event that was to be appended.</summary>
public enum AppendStatus
{
    /// <summary>It is stored durably.</summary>
    Stored = 1,

    /// <summary>It was stored durably before; nothing changed.</summary>
    Duplicate,

    /// <summary>It breaks a rule and is not stored.</summary>
    Refused,
}
