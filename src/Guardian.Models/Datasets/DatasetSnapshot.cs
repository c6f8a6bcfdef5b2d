namespace Guardian.Models;

/// <summary>A labelled frame as an edge sends it.</summary>
public sealed record DatasetSnapshot
{
    /// <summary>The sender's id, 1 to 128 characters, none of them a control character. The same id again is a duplicate.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>The camera, 1 to 128 of <c>A-Z a-z 0-9 . _ : -</c>, not "." or "..".</summary>
    public required string CameraId { get; init; }

    /// <summary>
    /// What the frame shows, 1 to 32 of <c>a-z 0-9 _ -</c>: "normal" is what models are trained on, "threat" and "abnormal" are what they are to find, others
    /// are the sender's own.
    /// </summary>
    public required string Label { get; init; }

    /// <summary>When the frame was taken.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>The JPEG file: at most 4 MiB, at least 32 and at most 8192 pixels a side and 36 megapixels, grey, YCbCr or RGB.</summary>
    public required ReadOnlyMemory<byte> Jpeg { get; init; }

    /// <summary>
    /// Under which circumstances it was taken, for example <c>time_of_day = night</c>: at most 16 entries, keys of 1 to 32 of <c>a-z 0-9 _ - .</c>, values of at
    /// most 128 characters without control characters. Null is none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Conditions { get; init; }
}
