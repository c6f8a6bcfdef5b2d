namespace Guardian.Events;

/// <summary>Where the timeline lives and when it raises alerts.</summary>
public sealed class EventStoreOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Events";

    /// <summary>The SQLite file. Required.</summary>
    public string DatabasePath { get; set; } = "";

    /// <summary>Verdicts of at least this severity raise an alert. Default <see cref="Severity.Medium"/>; not <see cref="Severity.None"/>.</summary>
    public Severity AlertSeverity { get; set; } = Severity.Medium;

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(DatabasePath))
        {
            errors.Add($"{Section}:{nameof(DatabasePath)} must name a file");
        }

        if (AlertSeverity is < Severity.Low or > Severity.Critical)
        {
            errors.Add($"{Section}:{nameof(AlertSeverity)} must be Low, Medium, High or Critical");
        }

        return errors;
    }
}
