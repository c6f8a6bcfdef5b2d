namespace Guardian.Storage;

/// <summary>How long objects are kept after their first byte arrived, by how much their event matters; null keeps them until somebody erases them.</summary>
public sealed class RetentionRule
{
    /// <summary>Of events that nobody has weighed yet. Default: for ever.</summary>
    public TimeSpan? Unknown { get; set; }

    /// <summary>Of events in which nothing was unusual. Default: for ever.</summary>
    public TimeSpan? None { get; set; }

    /// <summary>Of low severity. Default: for ever.</summary>
    public TimeSpan? Low { get; set; }

    /// <summary>Of medium severity. Default: for ever.</summary>
    public TimeSpan? Medium { get; set; }

    /// <summary>Of high severity. Default: for ever.</summary>
    public TimeSpan? High { get; set; }

    /// <summary>Of critical severity. Default: for ever.</summary>
    public TimeSpan? Critical { get; set; }

    /// <summary>How long objects of a severity are kept.</summary>
    public TimeSpan? Of(ObjectSeverity severity) => severity switch
    {
        ObjectSeverity.None => None,
        ObjectSeverity.Low => Low,
        ObjectSeverity.Medium => Medium,
        ObjectSeverity.High => High,
        ObjectSeverity.Critical => Critical,
        _ => Unknown,
    };

    internal IEnumerable<string> Validate(string section)
    {
        foreach ((string name, TimeSpan? kept) in new[] { (nameof(Unknown), Unknown), (nameof(None), None), (nameof(Low), Low), (nameof(Medium), Medium), (nameof(High), High), (nameof(Critical), Critical) })
        {
            if (kept is { } time && (time < TimeSpan.FromMinutes(1) || time > TimeSpan.FromDays(36500)))
            {
                yield return $"{section}:{name} must be from 1 minute to 36500 days";
            }
        }
    }
}
