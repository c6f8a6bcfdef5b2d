namespace Guardian.Storage;

/// <summary>The end of an upload: exactly one of the two is set.</summary>
/// <param name="Stored">What is stored durably now.</param>
/// <param name="Refusal">Why nothing is.</param>
public sealed record UploadOutcome(SealedObjectInfo? Stored, UploadRefusal? Refusal);
