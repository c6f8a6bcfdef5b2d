namespace Guardian.Models;

/// <summary>A snapshot that is in the store.</summary>
public sealed record StoredSnapshot
{
    /// <summary>The sender's id.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>The label.</summary>
    public required string Label { get; init; }

    /// <summary>When the frame was taken.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>SHA-256 of the JPEG file, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Bytes of the JPEG file.</summary>
    public required long Size { get; init; }

    /// <summary>Pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Under which circumstances it was taken; empty when the sender said nothing.</summary>
    public IReadOnlyDictionary<string, string> Conditions { get; init; } = new Dictionary<string, string>();

    /// <summary>Mean brightness, 0 (black) to 255; null for a picture stored before brightness was measured.</summary>
    public int? Brightness { get; init; }

    /// <summary>The id of an earlier snapshot of the same camera and label that looks the same, or null.</summary>
    public string? NearDuplicateOf { get; init; }

    /// <summary>Its place in the order of arrival over all cameras: the cursor of delta exports.</summary>
    public long Sequence { get; init; }
}
