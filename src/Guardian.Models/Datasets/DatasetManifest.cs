namespace Guardian.Models.Datasets;

/// <summary>manifest.json of a dataset's ZIP file or folder, format 1; docs/datasets.md is the normative text.</summary>
internal sealed record DatasetManifest
{
    public const string FileName = "manifest.json";

    public const string FormatName = "guardian-dataset";

    public const int MaxBytes = 32 << 20;

    public string? Format { get; init; }

    public int FormatVersion { get; init; }

    public string? Camera { get; init; }

    public string? Hash { get; init; }

    public long? After { get; init; }

    public long? Cursor { get; init; }

    public IReadOnlyList<ManifestImage>? Images { get; init; }
}
