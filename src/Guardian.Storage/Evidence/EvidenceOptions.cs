namespace Guardian.Storage;

/// <summary>How the evidence log is kept.</summary>
public sealed class EvidenceOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Storage:Evidence";

    /// <summary>Folder of the signing key and the last checkpoint, the node's alone.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Longest wait between a happening and the checkpoint that covers it. Default 1 s; 100 ms to 1 hour.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Entries that go into the tree in one transaction. Default 1024; 1 to 65536.</summary>
    public int BatchSize { get; set; } = 1024;

    /// <summary>
    /// Folder that every checkpoint is copied to, as <c>{origin's last word}/{size}.checkpoint</c>: put it where whoever controls the node cannot write the past anew, such as
    /// a share that keeps versions. Null (the default) for none.
    /// </summary>
    public string? PublishDirectory { get; set; }

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Directory))
        {
            errors.Add($"{Section}:{nameof(Directory)} must name a folder");
        }

        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
        {
            errors.Add($"{Section}:{nameof(Interval)} must be from 100 ms to 1 hour");
        }

        if (BatchSize is < 1 or > 65536)
        {
            errors.Add($"{Section}:{nameof(BatchSize)} must be from 1 to 65536");
        }

        return errors;
    }
}
