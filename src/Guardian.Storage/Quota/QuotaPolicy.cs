namespace Guardian.Storage;

/// <summary>What happens when a quota is full.</summary>
public enum QuotaPolicy
{
    /// <summary>New objects are refused until something is deleted. Nothing that was acknowledged is ever dropped.</summary>
    Refuse = 0,

    /// <summary>
    /// From 90 % on, the oldest archived events without a legal hold are deleted until 80 % are left. What arrives faster than that is refused.
    /// </summary>
    DeleteOldest = 1,
}
