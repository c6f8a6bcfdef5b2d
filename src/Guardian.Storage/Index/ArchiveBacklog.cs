namespace Guardian.Storage;

/// <summary>What is on its way through the archive.</summary>
/// <param name="Receiving">Uploads that have begun and are not complete.</param>
/// <param name="Waiting">Objects that are acknowledged and not archived yet.</param>
/// <param name="WaitingBytes">Their sealed bytes.</param>
/// <param name="Deleting">Objects that are to go.</param>
/// <param name="Failed">Objects that a person has to look at.</param>
public sealed record ArchiveBacklog(long Receiving, long Waiting, long WaitingBytes, long Deleting, long Failed);
