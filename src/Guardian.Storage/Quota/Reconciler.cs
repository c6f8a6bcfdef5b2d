using System.Security.Cryptography;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Extensions.Logging;

namespace Guardian.Storage;

/// <summary>Holds the index against what the store itself lists, a page at a time.</summary>
internal sealed class Reconciler(IArchiveStore store, StorageDatabase database, UsageLedger ledger, TimeProvider time, ILogger logger)
{
    private const int Page = 1000;

    public async Task<ReconcileReport> RunAsync(bool repair, CancellationToken cancellationToken)
    {
        var run = new Run();
        IReadOnlyList<CameraUsage> usages = await database.ReadAsync(ledger.List, cancellationToken).ConfigureAwait(false);
        foreach (string camera in usages.Select(u => u.CameraId).OfType<string>())
        {
            await CompareAsync(camera, run, cancellationToken).ConfigureAwait(false);
            run.Buckets++;
        }

        int adopted = 0;
        foreach (SealedObjectInfo lost in run.Lost)
        {
            Log.ObjectLost(logger, lost.Id, lost.Bucket);

            // A bucket of which nothing is there is an archive that is not mounted, or another one, rather than one that lost everything.
            if (repair && !run.Missing.Contains(lost.CameraId))
            {
                await MarkLostAsync(lost, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (SealedObjectInfo found in run.Found)
        {
            if (repair)
            {
                await RestoreAsync(found, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach ((string camera, ArchivedObject unknown) in run.Unknown)
        {
            Log.ObjectUnknown(logger, BucketName.ForCamera(camera), unknown.Key);
            adopted += repair && await AdoptAsync(camera, unknown, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        // Counting is cheap and exact, so a wrong figure is never left standing.
        IReadOnlyList<CameraUsage> drift = await database.WriteAsync(ledger.Recount, cancellationToken).ConfigureAwait(false);
        return new ReconcileReport(
            run.Buckets,
            run.Objects,
            run.Bytes,
            [.. run.Lost.Take(ReconcileReport.MaxListed).Select(l => l.Id)],
            [.. run.Unknown.Take(ReconcileReport.MaxListed).Select(u => $"{BucketName.ForCamera(u.Camera)}/{u.Object.Key}")],
            adopted,
            drift);
    }

    private async Task CompareAsync(string camera, Run run, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketName.ForCamera(camera);
        string from = "";
        long before = run.Objects;
        int lostBefore = run.Lost.Count;
        var page = new List<ArchivedObject>(Page);
        await foreach (ArchivedObject listed in store.ListAsync(bucket, "", cancellationToken).ConfigureAwait(false))
        {
            run.Objects++;
            run.Bytes += listed.Size;
            page.Add(listed);
            if (page.Count == Page)
            {
                from = await ComparePageAsync(camera, page, from, isLast: false, run, cancellationToken).ConfigureAwait(false);
                page.Clear();
            }
        }

        await ComparePageAsync(camera, page, from, isLast: true, run, cancellationToken).ConfigureAwait(false);
        if (run.Objects == before && run.Lost.Count > lostBefore)
        {
            run.Missing.Add(camera);
            Log.BucketMissing(logger, bucket, run.Lost.Count - lostBefore);
        }
    }

    /// <summary>Compares the rows between two places of the listing, which is in the order of event ids.</summary>
    /// <returns>The event id up to which rows have been compared. Objects of that event may go on on the next page, so it is left to that.</returns>
    private async Task<string> ComparePageAsync(string camera, List<ArchivedObject> page, string from, bool isLast, Run run, CancellationToken cancellationToken)
    {
        string until = isLast ? "" : EventIdOf(page[^1].Key);
        IReadOnlyList<SealedObjectInfo> rows = await database.ReadAsync(
            c => SealedObjectIndex.Read(
                c,
                $"SELECT {ObjectRow.Columns} FROM objects WHERE camera_id = @Camera AND event_id >= @From {(isLast ? "" : "AND event_id < @Until")} AND archived_at IS NOT NULL",
                new { Camera = camera, From = from, Until = until }),
            cancellationToken).ConfigureAwait(false);
        Dictionary<string, SealedObjectInfo> known = rows.ToDictionary(r => r.Key.ToString(), StringComparer.Ordinal);
        foreach (ArchivedObject listed in run.Held.Concat(page))
        {
            if (!isLast && EventIdOf(listed.Key) == until)
            {
                continue;
            }

            if (!known.Remove(listed.Key.ToString(), out SealedObjectInfo? row))
            {
                // It may have been archived, or deleted, since.
                if (!await IsKnownAsync(listed.Key, cancellationToken).ConfigureAwait(false) && await store.StatAsync(BucketName.ForCamera(camera), listed.Key, cancellationToken).ConfigureAwait(false) is not null)
                {
                    run.Unknown.Add((camera, listed));
                }
            }
            else if (row.Size != listed.Size && row.Status == SealedObjectStatus.Completed)
            {
                run.Lost.Add(row);
            }
            else if (row.Size == listed.Size && row.Status == SealedObjectStatus.Failed)
            {
                run.Found.Add(row);
            }
        }

        run.Held = isLast ? [] : [.. run.Held.Concat(page).Where(l => EventIdOf(l.Key) == until)];
        foreach (SealedObjectInfo missing in known.Values.Where(r => r.Status == SealedObjectStatus.Completed))
        {
            if (await store.StatAsync(missing.Bucket, missing.Key, cancellationToken).ConfigureAwait(false) is null
                && await database.ReadAsync(c => SealedObjectIndex.Get(c, missing.Id), cancellationToken).ConfigureAwait(false) is { Status: SealedObjectStatus.Completed })
            {
                run.Lost.Add(missing);
            }
        }

        return until;
    }

    private Task<bool> IsKnownAsync(ObjectKey key, CancellationToken cancellationToken) => IdOf(key) is { } id
        ? database.ReadAsync(c => SealedObjectIndex.Get(c, id) is not null, cancellationToken)
        : Task.FromResult(false);

    private Task MarkLostAsync(SealedObjectInfo lost, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            DateTimeOffset now = time.GetUtcNow();
            if (c.Execute(
                $"""
                UPDATE objects SET status = {(int)SealedObjectStatus.Failed}, reserved = 0, last_error = @Error, updated_at = @Now
                WHERE event_id = @EventId AND name = @Name AND status = {(int)SealedObjectStatus.Completed}
                """,
                new { Error = "archive: the store does not have it any more as it was", Now = SqlTime.ToSql(now), EventId = lost.Id.EventId.ToString(), lost.Id.Name }) > 0)
            {
                ObjectEvidence.Append(c, EvidenceKind.Archive, EvidenceFields.Lost, now, lost, mayRecur: true);
            }
        },
        cancellationToken);

    private Task RestoreAsync(SealedObjectInfo found, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            DateTimeOffset now = time.GetUtcNow();
            if (c.Execute(
                $"""
                UPDATE objects SET status = {(int)SealedObjectStatus.Completed}, reserved = size, last_error = NULL, updated_at = @Now
                WHERE event_id = @EventId AND name = @Name AND status = {(int)SealedObjectStatus.Failed} AND archived_at IS NOT NULL AND reserved = 0
                """,
                new { Now = SqlTime.ToSql(now), EventId = found.Id.EventId.ToString(), found.Id.Name }) > 0)
            {
                UsageLedger.Charge(c, found.CameraId, found.Size, 0);
                ObjectEvidence.Append(c, EvidenceKind.Archive, "found again", now, found, mayRecur: true);
            }
        },
        cancellationToken);

    /// <summary>Takes an object that is sealed, and lies where one would, into the index: so an index that was lost can be had again.</summary>
    private async Task<bool> AdoptAsync(string camera, ArchivedObject unknown, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketName.ForCamera(camera);
        if (IdOf(unknown.Key) is { } of && await database.ReadAsync(c => SealedObjectIndex.IsErased(c, of.EventId), cancellationToken).ConfigureAwait(false))
        {
            await RemoveErasedAsync(of, camera, unknown, cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (IdOf(unknown.Key) is not { } id || await store.OpenReadAsync(bucket, unknown.Key, range: null, cancellationToken).ConfigureAwait(false) is not { } read)
        {
            return false;
        }

        SealedObjectInfo adopted;
        await using (read.ConfigureAwait(false))
        {
            try
            {
                adopted = await ReadAsync(id, camera, unknown, read, cancellationToken).ConfigureAwait(false);
            }
            catch (SealedFormatException)
            {
                return false;
            }
        }

        return await database.WriteAsync(
            c =>
            {
                database.LockEvent(c, id.EventId);
                bool added = !SealedObjectIndex.IsErased(c, id.EventId) && c.Execute(
                    """
                    INSERT INTO objects (event_id, name, camera_id, status, size, reserved, sha256, content_type, created_at, updated_at, archived_at, bucket, cid, format_version, recipients)
                    VALUES (@EventId, @Name, @CameraId, @Status, @Size, @Size, @Sha256, @ContentType, @At, @Now, @At, @Bucket, @Cid, @FormatVersion, @Recipients)
                    ON CONFLICT (event_id, name) DO NOTHING
                    """,
                    new
                    {
                        EventId = id.EventId.ToString(),
                        id.Name,
                        CameraId = camera,
                        Status = (long)SealedObjectStatus.Completed,
                        adopted.Size,
                        Sha256 = adopted.Sha256.ToArray(),
                        adopted.ContentType,
                        At = SqlTime.ToSql(unknown.LastModified),
                        Now = SqlTime.ToSql(time.GetUtcNow()),
                        Bucket = bucket.ToString(),
                        adopted.Cid,
                        FormatVersion = (long)adopted.FormatVersion,
                        Recipients = string.Join(',', adopted.Recipients),
                    }) > 0;
                if (added)
                {
                    UsageLedger.Charge(c, camera, adopted.Size, 1);
                    ObjectEvidence.Append(c, EvidenceKind.Archive, EvidenceFields.Adopted, time.GetUtcNow(), adopted);
                }

                return added;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An object of an erased event, which a store may still have finished after it was told to forget it.</summary>
    private async Task RemoveErasedAsync(SealedObjectId id, string camera, ArchivedObject unknown, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(BucketName.ForCamera(camera), unknown.Key, cancellationToken).ConfigureAwait(false);
        var removed = new SealedObjectInfo
        {
            Id = id,
            CameraId = camera,
            Bucket = BucketName.ForCamera(camera),
            Key = unknown.Key,
            Status = SealedObjectStatus.Deleting,
            Size = unknown.Size,
            Sha256 = default,
            ContentType = "",
            CreatedAt = unknown.LastModified,
        };
        await database.WriteAsync(
            c => ObjectEvidence.Append(c, EvidenceKind.Erasure, "erased", time.GetUtcNow(), removed, reason: "found in the archive after its erasure"), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SealedObjectInfo> ReadAsync(SealedObjectId id, string camera, ArchivedObject unknown, ArchiveRead read, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var cid = new CidHasher();
        byte[] buffer = new byte[256 << 10];
        SealedHeader? header = null;
        long size = 0;
        int count;
        while ((count = await read.Content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
        {
            header ??= SealedHeader.Parse(buffer.AsSpan(0, Math.Min(count, SealedHeader.MaxLength)));
            hash.AppendData(buffer, 0, count);
            cid.Append(buffer.AsSpan(0, count));
            size += count;
        }

        header ??= SealedHeader.Parse([]);
        header.PlaintextLength(size);
        return new SealedObjectInfo
        {
            Id = id,
            CameraId = camera,
            Bucket = BucketName.ForCamera(camera),
            Key = unknown.Key,
            Status = SealedObjectStatus.Completed,
            Size = size,
            Sha256 = hash.GetHashAndReset(),
            ContentType = header.ContentType,
            CreatedAt = unknown.LastModified,
            Cid = cid.Finish(),
            Recipients = header.Recipients,
        };
    }

    /// <summary>The object that a key names; null for a key of another form.</summary>
    private static SealedObjectId? IdOf(ObjectKey key)
    {
        string[] parts = key.ToString().Split('/');
        return parts is ["events", _, { Length: <= 64 }] && parts[2][0] != '.' && Guid.TryParseExact(parts[1], "D", out Guid id) && id != Guid.Empty ? new SealedObjectId(id, parts[2]) : null;
    }

    private static string EventIdOf(ObjectKey key) => key.ToString().Split('/') is ["events", var id, ..] ? id : key.ToString();

    private sealed class Run
    {
        public int Buckets { get; set; }

        public long Objects { get; set; }

        public long Bytes { get; set; }

        public List<SealedObjectInfo> Lost { get; } = [];

        /// <summary>What was lost and is there again.</summary>
        public List<SealedObjectInfo> Found { get; } = [];

        /// <summary>Cameras of whose bucket nothing is there.</summary>
        public HashSet<string> Missing { get; } = [];

        public List<(string Camera, ArchivedObject Object)> Unknown { get; } = [];

        /// <summary>What the last page held of the event at its end.</summary>
        public IReadOnlyList<ArchivedObject> Held { get; set; } = [];
    }
}
