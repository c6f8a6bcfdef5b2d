namespace Guardian.Models.Datasets;

/// <summary>A picture in a manifest.</summary>
internal sealed record ManifestImage
{
    public string? File { get; init; }

    public string? Id { get; init; }

    public string? Sha256 { get; init; }

    public string? Label { get; init; }

    public DateTimeOffset? CapturedAt { get; init; }

    public IReadOnlyDictionary<string, string>? Conditions { get; init; }
}
