namespace Guardian.Storage;

/// <summary>An upload that is not taken, and why.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The same in words, naming the field and the limit.</param>
public sealed record UploadRefusal(UploadRefusalReason Reason, string Message)
{
    /// <summary>With <see cref="UploadRefusalReason.WrongOffset"/>: where the stored bytes end.</summary>
    public long? ExpectedOffset { get; init; }

    /// <summary>With <see cref="UploadRefusalReason.AlreadyComplete"/>: what is stored.</summary>
    public SealedObjectInfo? Existing { get; init; }
}
