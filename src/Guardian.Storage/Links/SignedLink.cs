namespace Guardian.Storage;

/// <summary>A link that lets one viewer read one object for a while.</summary>
/// <param name="Id">Its name, by which it is revoked and found in the evidence log.</param>
/// <param name="ObjectId">What it opens.</param>
/// <param name="Viewer">For whom it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record SignedLink(string Id, SealedObjectId ObjectId, string Viewer, DateTimeOffset ExpiresAt);
