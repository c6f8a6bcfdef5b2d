namespace Guardian.Storage;

/// <summary>
/// Writes what the log can prove about one event into one file, a tar: the statement <c>evidence.json</c>, then every sealed object as the store has it. It streams, so objects
/// may be of any size; <see cref="EvidenceVerifier"/> checks it offline.
/// </summary>
public static class EvidenceExport
{
    /// <summary>Writes an export. What has been queued for the log is taken into it first.</summary>
    /// <param name="log">The log.</param>
    /// <param name="archive">Where the event's objects are.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="output">Receives the file; on an exception what was written is worthless.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False, with nothing written, when the log knows nothing of such an event.</returns>
    /// <exception cref="StorageException">The store or the log failed, or the store gave other bytes than the index vouches for.</exception>
    public static async Task<bool> WriteAsync(EvidenceLog log, SealedArchive archive, Guid eventId, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(archive);
        IReadOnlyList<SealedObjectInfo> objects = await archive.ListForEventAsync(eventId, cancellationToken).ConfigureAwait(false);
        return await WriteAsync(
            log, eventId, [.. objects.Where(IsWhole)], (id, cancel) => archive.OpenReadAsync(id, null, cancel), output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes an export beside the running node, of what has reached the archive.</summary>
    /// <param name="log">The log.</param>
    /// <param name="register">What the archive holds.</param>
    /// <param name="store">Where the objects are.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="output">Receives the file; on an exception what was written is worthless.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False, with nothing written, when the log knows nothing of such an event.</returns>
    /// <exception cref="StorageException">An object has not reached the archive yet, or the store or the log failed.</exception>
    public static async Task<bool> WriteAsync(EvidenceLog log, ArchiveRegister register, IArchiveStore store, Guid eventId, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(store);
        List<SealedObjectInfo> objects = [.. (await register.ListForEventAsync(eventId, cancellationToken).ConfigureAwait(false)).Where(IsWhole)];
        if (objects.Find(o => o.ArchivedAt is null) is { } waiting)
        {
            throw new StorageException($"{waiting.Id} has not reached the archive yet; try again when it has", isTransient: true);
        }

        return await WriteAsync(
            log, eventId, objects, (id, cancel) => objects.Find(o => o.Id == id) is { } o ? store.OpenReadAsync(o.Bucket, o.Key, null, cancel) : Task.FromResult<ArchiveRead?>(null), output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What the log can prove about one event without its objects: the statement alone, in UTF-8 JSON. Of an erased event this is the receipt.
    /// </summary>
    /// <returns>Null when the log knows nothing of such an event.</returns>
    /// <exception cref="StorageException">The log failed.</exception>
    public static async Task<byte[]?> ReceiptAsync(EvidenceLog log, Guid eventId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        await log.IntegrateAsync(cancellationToken).ConfigureAwait(false);
        EvidenceSnapshot snapshot = await log.SnapshotAsync(eventId, cancellationToken).ConfigureAwait(false);
        return snapshot.Entries.Count == 0 ? null : EvidenceDocument.Of(snapshot, eventId, []).Write();
    }

    internal static async Task<bool> WriteAsync(
        EvidenceLog log, Guid eventId, IReadOnlyList<SealedObjectInfo> objects, Func<SealedObjectId, CancellationToken, Task<ArchiveRead?>> open, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        await log.IntegrateAsync(cancellationToken).ConfigureAwait(false);
        EvidenceSnapshot snapshot = await log.SnapshotAsync(eventId, cancellationToken).ConfigureAwait(false);
        if (snapshot.Entries.Count == 0)
        {
            return false;
        }

        byte[] statement = EvidenceDocument.Of(snapshot, eventId, [.. objects.Select(o => new EvidenceDocumentObject(o.Id.Name, o.Size, Convert.ToHexStringLower(o.Sha256.Span)))]).Write();
        await FileAsync(output, EvidenceDocument.FileName, new MemoryStream(statement), statement.Length, cancellationToken).ConfigureAwait(false);
        foreach (SealedObjectInfo o in objects)
        {
            ArchiveRead read = await open(o.Id, cancellationToken).ConfigureAwait(false) ?? throw new StorageException($"{o.Id} is indexed but the store does not have it");
            await using (read.ConfigureAwait(false))
            {
                if (read.TotalSize != o.Size)
                {
                    throw new StorageException($"{o.Id}: the store has {read.TotalSize} bytes, the index {o.Size}");
                }

                await FileAsync(output, PathOf(o.Id.Name), read.Content, o.Size, cancellationToken).ConfigureAwait(false);
            }
        }

        await output.WriteAsync(new byte[2 * TarHeader.Block], cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static bool IsWhole(SealedObjectInfo o) => o.Status is not (SealedObjectStatus.Receiving or SealedObjectStatus.Deleting);

    internal static string PathOf(string name) => $"objects/{name}";

    private static async Task FileAsync(Stream output, string name, Stream content, long size, CancellationToken cancellationToken)
    {
        await output.WriteAsync(TarHeader.Write(name, size), cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[256 * 1024];
        long left = size;
        while (left > 0)
        {
            int read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new StorageException($"{name}: the store gave {size - left} of {size} bytes");
            }

            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            left -= read;
        }

        await output.WriteAsync(new byte[TarHeader.Padding(size)], cancellationToken).ConfigureAwait(false);
    }
}
