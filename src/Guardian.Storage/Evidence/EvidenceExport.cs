using System.Data.Common;

namespace Guardian.Storage;

/// <summary>
/// Writes what the log can prove about one event into one file, a tar: the statement <c>evidence.json</c>, then every sealed object as the store has it. It streams, so objects
/// may be of any size; <see cref="EvidenceVerifier"/> checks it offline.
/// </summary>
public static class EvidenceExport
{
    /// <summary>Writes an export. What has been queued for the log is taken into it first, and that each object is given out is recorded before a byte is written.</summary>
    /// <param name="log">The log.</param>
    /// <param name="archive">Where the event's objects are.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="viewer">To whom the objects are given, for the log: 1 to 128 characters.</param>
    /// <param name="output">Receives the file; on an exception what was written is worthless.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False, with nothing written, when the log knows nothing of such an event.</returns>
    /// <exception cref="StorageException">The store or the log failed, or the store gave other bytes than the index vouches for.</exception>
    public static Task<bool> WriteAsync(EvidenceLog log, SealedArchive archive, Guid eventId, string viewer, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return WriteAsync(log, eventId, viewer, c => ObjectsOf(c, eventId), (o, cancel) => archive.OpenReadAsync(o, null, cancel), output, cancellationToken);
    }

    /// <summary>Writes an export beside the running node, of what has reached the archive.</summary>
    /// <param name="log">The log.</param>
    /// <param name="store">Where the objects are.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="viewer">To whom the objects are given, for the log: 1 to 128 characters.</param>
    /// <param name="output">Receives the file; on an exception what was written is worthless.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False, with nothing written, when the log knows nothing of such an event.</returns>
    /// <exception cref="StorageException">An object has not reached the archive yet, or the store or the log failed.</exception>
    public static Task<bool> WriteAsync(EvidenceLog log, IArchiveStore store, Guid eventId, string viewer, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        IReadOnlyList<SealedObjectInfo> Archived(DbConnection c)
        {
            IReadOnlyList<SealedObjectInfo> objects = ObjectsOf(c, eventId);
            return objects.FirstOrDefault(o => o.ArchivedAt is null && AbsenceOf(o) is null) is { } waiting
                ? throw new StorageException($"{waiting.Id} has not reached the archive yet; try again when it has", isTransient: true) : objects;
        }

        return WriteAsync(log, eventId, viewer, Archived, (o, cancel) => store.OpenReadAsync(o.Bucket, o.Key, null, cancel), output, cancellationToken);
    }

    /// <summary>
    /// What the log can prove about one event without its objects: the statement alone, in UTF-8 JSON. Of an erased event this is the receipt.
    /// </summary>
    /// <returns>Null when the log knows nothing of such an event.</returns>
    /// <exception cref="StorageException">The log failed.</exception>
    public static async Task<byte[]?> ReceiptAsync(EvidenceLog log, Guid eventId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        EvidenceSnapshot snapshot = await log.SnapshotAsync(eventId, null, cancellationToken).ConfigureAwait(false);
        return snapshot.Entries.Count == 0 ? null : Statement(snapshot, eventId);
    }

    internal static async Task<bool> WriteAsync(
        EvidenceLog log, Guid eventId, string viewer, Func<DbConnection, IReadOnlyList<SealedObjectInfo>> objectsOf, Func<SealedObjectInfo, CancellationToken, Task<ArchiveRead?>> open, Stream output,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        EvidenceSnapshot snapshot = await log.SnapshotAsync(eventId, objectsOf, cancellationToken).ConfigureAwait(false);
        if (snapshot.Entries.Count == 0)
        {
            return false;
        }

        // What was never accepted is nothing that the node answers for, and what is gone by now has nothing to prove but that.
        HashSet<string> accepted = [.. snapshot.Entries.Select(e => e.Entry).Where(EvidenceVerifier.IsAcceptance).Select(e => EvidenceVerifier.Detail(e, EvidenceFields.Name) ?? "")];
        snapshot = snapshot with { Objects = [.. snapshot.Objects.Where(o => AbsenceOf(o) is null || accepted.Contains(o.Id.Name))] };
        byte[] statement = Statement(snapshot, eventId);
        List<SealedObjectInfo> objects = [.. snapshot.Objects.Where(o => AbsenceOf(o) is null)];
        foreach (SealedObjectInfo o in objects)
        {
            await log.RecordAccessAsync(o.Id, viewer, "export", cancellationToken).ConfigureAwait(false);
        }

        await FileAsync(output, EvidenceDocument.FileName, new MemoryStream(statement), statement.Length, cancellationToken).ConfigureAwait(false);
        foreach (SealedObjectInfo o in objects)
        {
            ArchiveRead read = await open(o, cancellationToken).ConfigureAwait(false) ?? throw new StorageException($"{o.Id} is indexed but the store does not have it");
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

    /// <summary>Why an object's bytes cannot be given out any more; null when they can.</summary>
    internal static string? AbsenceOf(SealedObjectInfo o) => o switch
    {
        { Status: SealedObjectStatus.Deleting } => EvidenceDocumentObject.Deleting,
        { Status: SealedObjectStatus.Failed, ArchivedAt: not null } => EvidenceDocumentObject.Lost,
        _ => null,
    };

    private static IReadOnlyList<SealedObjectInfo> ObjectsOf(DbConnection c, Guid eventId) => SealedObjectIndex.Read(
        c, $"SELECT {ObjectRow.Columns} FROM objects WHERE event_id = @EventId AND status <> {(int)SealedObjectStatus.Receiving} ORDER BY name", new { EventId = eventId.ToString() });

    private static byte[] Statement(EvidenceSnapshot snapshot, Guid eventId)
    {
        byte[] statement = EvidenceDocument.Of(snapshot, eventId).Write();
        return statement.Length <= EvidenceDocument.MaxSize ? statement
            : throw new StorageException($"evidence log: the statement of {eventId} would have {statement.Length} bytes, at most {EvidenceDocument.MaxSize} are allowed");
    }

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
