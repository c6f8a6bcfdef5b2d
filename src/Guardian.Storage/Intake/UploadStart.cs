namespace Guardian.Storage;

/// <summary>The answer to a request to upload: exactly one of the two is set.</summary>
/// <param name="Upload">The upload, to be written to and completed or disposed.</param>
/// <param name="Refusal">Why there is none.</param>
public sealed record UploadStart(SealedUpload? Upload, UploadRefusal? Refusal);
