using System.Data;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Files;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Datasets;

/// <summary>Rows in SQLite, pictures as files <c>datasets/{camera}/{label}/{sha256}.jpg</c>.</summary>
/// <remarks>
/// <list type="number">
/// <item>Fields and picture are checked; nothing is written for what is refused.</item>
/// <item>Duplicate and quota are looked up.</item>
/// <item>The file is written durably.</item>
/// <item>The row is committed. A process that ends between 3 and 4 leaves a file without a row, which <see cref="DatasetSweep"/> removes at the next start.</item>
/// </list>
/// </remarks>
internal sealed partial class SqliteDatasetStore : IDatasetStore, IDisposable
{
    /// <summary>Cameras share this many lanes. Within one, snapshots are taken one after the other, so that quota and files cannot race; the number also
    /// bounds how many pictures are decoded at once.</summary>
    private const int Lanes = 4;

    private const int PageSize = 500;

    private readonly ModelsFolder _folder;
    private readonly GuardianModelsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim[] _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1))];

    public SqliteDatasetStore(ModelsFolder folder, GuardianModelsOptions options, TimeProvider time, ILogger log)
    {
        (_folder, _options, _time, _log) = (folder, options, time, log);
        if (!folder.IsAlone)
        {
            return;
        }

        int removed = folder.ReadAlone(c => DatasetSweep.Run(folder, c));
        if (removed > 0)
        {
            _log.LeftoversRemoved(removed);
        }
    }

    public async Task<SnapshotIntake> AddAsync(DatasetSnapshot snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        SnapshotIntake intake = SnapshotCheck.Fields(snapshot)
            ?? await Failures.WrapAsync("Storing a snapshot", () => AddCheckedAsync(snapshot, cancellationToken)).ConfigureAwait(false);
        GuardianModelsTelemetry.Snapshots.Add(1, new KeyValuePair<string, object?>("outcome", intake.Outcome.ToString()));
        if (!intake.IsStored)
        {
            _log.SnapshotRefused(Identifiers.IsCamera(snapshot.CameraId) ? snapshot.CameraId : "(malformed)", intake.Outcome, intake.Reason ?? "");
        }

        return intake;
    }

    public async Task<IReadOnlyDictionary<string, int>> CountsAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        const string sql = "SELECT label, COUNT(*) FROM snapshots WHERE camera_id = @cameraId AND removed = 0 GROUP BY label";
        return await _folder.Database.ReadAsync(
            c => c.Query<(string Label, long Count)>(sql, new { cameraId }).ToDictionary(r => r.Label, r => (int)r.Count),
            cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoredSnapshot> EnumerateAsync(
        string cameraId, string label, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        Identifiers.ThrowIfNotLabel(label);
        long capturedAt = long.MinValue;
        string snapshotId = "";
        while (true)
        {
            // Page by page from the last row seen: no connection stays open while the caller works, and no row is skipped when others are added.
            List<SnapshotRow> page = await _folder.Database.ReadAsync(
                c => c.Query<SnapshotRow>(
                    $"""
                    SELECT {SnapshotRow.Columns} FROM snapshots
                    WHERE camera_id = @cameraId AND label = @label AND removed = 0 AND (captured_at, snapshot_id) > (@capturedAt, @snapshotId)
                    ORDER BY captured_at, snapshot_id LIMIT {PageSize}
                    """,
                    new { cameraId, label, capturedAt, snapshotId }).AsList(),
                cancellationToken).ConfigureAwait(false);
            foreach (SnapshotRow row in page)
            {
                yield return row.ToSnapshot();
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (capturedAt, snapshotId) = (page[^1].CapturedAt, page[^1].SnapshotId);
        }
    }

    public async Task<ReadOnlyMemory<byte>> ReadAsync(StoredSnapshot snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Identifiers.ThrowIfNotCamera(snapshot.CameraId);
        Identifiers.ThrowIfNotLabel(snapshot.Label);
        if (snapshot.Sha256.Length != 64 || !snapshot.Sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("Sha256 must be 64 lower-case hexadecimal digits.", nameof(snapshot));
        }

        string file = _folder.SnapshotFile(snapshot.CameraId, snapshot.Label, snapshot.Sha256);
        byte[] jpeg = await Failures.WrapAsync(
            $"Reading snapshot {snapshot.SnapshotId}", () => File.ReadAllBytesAsync(file, cancellationToken)).ConfigureAwait(false);
        return Convert.ToHexStringLower(SHA256.HashData(jpeg)) == snapshot.Sha256
            ? jpeg
            : throw new ModelException($"Snapshot {snapshot.SnapshotId} of camera {snapshot.CameraId} is not what was stored: its SHA-256 differs.");
    }

    public void Dispose() => Array.ForEach(_lanes, l => l.Dispose());

    private SemaphoreSlim LaneOf(string cameraId) => _lanes[(uint)string.GetHashCode(cameraId, StringComparison.Ordinal) % Lanes];

    private async Task<SnapshotIntake> AddCheckedAsync(DatasetSnapshot snapshot, CancellationToken cancellationToken)
    {
        SemaphoreSlim lane = LaneOf(snapshot.CameraId);
        await lane.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (SnapshotIntake? refusal, SnapshotPicture picture) = await Task.Run(() => SnapshotCheck.Picture(snapshot.Jpeg.Span), cancellationToken).ConfigureAwait(false);
            if (refusal is not null)
            {
                return refusal;
            }

            var row = new SnapshotRow
            {
                CameraId = snapshot.CameraId,
                SnapshotId = snapshot.SnapshotId,
                Label = snapshot.Label,
                CapturedAt = SqlTime.ToSql(snapshot.CapturedAt),
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(snapshot.Jpeg.Span)),
                Size = snapshot.Jpeg.Length,
                Width = picture.Width,
                Height = picture.Height,
                Conditions = SnapshotConditions.ToText(snapshot.Conditions),
                PerceptualHash = unchecked((long)picture.PerceptualHash),
                Brightness = picture.Brightness,
            };
            SnapshotIntake found = await _folder.Database.ReadAsync(c => Look(c, row), cancellationToken).ConfigureAwait(false);
            if (found.Outcome != SnapshotOutcome.Accepted)
            {
                return found;
            }

            row.NearDuplicateOf = found.NearDuplicateOf;
            SnapshotOutcome stored = await StoreAsync(row, snapshot.Jpeg, cancellationToken).ConfigureAwait(false);
            return stored == SnapshotOutcome.Accepted ? found : new SnapshotIntake(stored);
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>What is to become of a sound picture.</summary>
    private SnapshotIntake Look(SqliteConnection connection, SnapshotRow row)
    {
        if (IsKnown(connection, row))
        {
            return new SnapshotIntake(SnapshotOutcome.Duplicate);
        }

        (long count, long bytes) = connection.QuerySingleOrDefault<(long, long)>("SELECT images, bytes FROM dataset_totals WHERE camera_id = @CameraId", row);
        long total = connection.ExecuteScalar<long>("SELECT COALESCE(SUM(bytes), 0) FROM dataset_totals");
        string? full =
            count >= _options.MaxSnapshotsPerCamera ? $"The camera's quota {nameof(_options.MaxSnapshotsPerCamera)} ({_options.MaxSnapshotsPerCamera}) is used up."
            : bytes + row.Size > _options.MaxSnapshotBytesPerCamera ? $"The camera's quota {nameof(_options.MaxSnapshotBytesPerCamera)} ({_options.MaxSnapshotBytesPerCamera}) is used up."
            : total + row.Size > _options.MaxSnapshotBytes ? $"The quota of all datasets, {nameof(_options.MaxSnapshotBytes)} ({_options.MaxSnapshotBytes}), is used up."
            : null;
        if (full is not null)
        {
            return new SnapshotIntake(SnapshotOutcome.Quota, full);
        }

        (string? like, int distance) = Nearest(connection, row);
        if (like is null || distance > _options.NearDuplicateDistance)
        {
            return new SnapshotIntake(SnapshotOutcome.Accepted);
        }

        return _options.RefuseNearDuplicates
            ? new SnapshotIntake(SnapshotOutcome.NearDuplicate, $"It looks like snapshot {like}: {distance} of 64 bits differ, the limit is {_options.NearDuplicateDistance}.")
            {
                NearDuplicateOf = like,
                Distance = distance,
            }
            : new SnapshotIntake(SnapshotOutcome.Accepted) { NearDuplicateOf = like, Distance = distance };
    }

    private static bool IsKnown(SqliteConnection connection, SnapshotRow row) => connection.ExecuteScalar<long>(
        "SELECT EXISTS (SELECT 1 FROM snapshots WHERE camera_id = @CameraId AND removed = 0 AND (snapshot_id = @SnapshotId OR sha256 = @Sha256))", row) == 1;

    private static (string? SnapshotId, int Distance) Nearest(SqliteConnection connection, SnapshotRow row)
    {
        (string? nearest, int least) = (null, int.MaxValue);
        const string sql = "SELECT perceptual_hash, snapshot_id FROM snapshots WHERE camera_id = @CameraId AND label = @Label AND removed = 0 AND perceptual_hash IS NOT NULL";
        using IDataReader reader = connection.ExecuteReader(sql, row);
        while (least > 0 && reader.Read())
        {
            int distance = PerceptualHash.Distance(unchecked((ulong)row.PerceptualHash!.Value), unchecked((ulong)reader.GetInt64(0)));
            if (distance < least)
            {
                (nearest, least) = (reader.GetString(1), distance);
            }
        }

        return (nearest, least);
    }

    private async Task<SnapshotOutcome> StoreAsync(SnapshotRow row, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        string file = _folder.SnapshotFile(row.CameraId, row.Label, row.Sha256);
        DurableFile.CreateFolder(Path.GetDirectoryName(file)!);
        await DurableFile.WriteAsync(file, _folder.NewTemporaryFile(), jpeg, cancellationToken).ConfigureAwait(false);
        try
        {
            return await _folder.Database.WriteAsync(c => Insert(c, row), CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    /// <summary>
    /// Looks once more, inside the write, because another process may work on the folder too. The file of the slower one then stays, as it may be the quicker one's;
    /// if it is nobody's, the sweep finds it.
    /// </summary>
    private SnapshotOutcome Insert(SqliteConnection connection, SnapshotRow row)
    {
        if (IsKnown(connection, row))
        {
            return SnapshotOutcome.Duplicate;
        }

        // A picture that was taken out and that a version still holds comes back as it was.
        const string back = "UPDATE snapshots SET removed = 0 WHERE camera_id = @CameraId AND snapshot_id = @SnapshotId AND sha256 = @Sha256 AND label = @Label";
        if (connection.Execute(back, row) == 1)
        {
            return SnapshotOutcome.Accepted;
        }

        if (connection.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM snapshots WHERE camera_id = @CameraId AND (snapshot_id = @SnapshotId OR sha256 = @Sha256))", row) == 1)
        {
            return SnapshotOutcome.Duplicate;
        }

        long sequence = connection.ExecuteScalar<long>("UPDATE dataset_sequence SET last = last + 1 RETURNING last");
        connection.Execute(
            """
            INSERT INTO snapshots (
                camera_id, snapshot_id, label, captured_at, sha256, size, width, height, added_at, conditions, perceptual_hash, brightness, near_duplicate_of, sequence)
            VALUES (
                @CameraId, @SnapshotId, @Label, @CapturedAt, @Sha256, @Size, @Width, @Height, @addedAt, @Conditions, @PerceptualHash, @Brightness, @NearDuplicateOf, @sequence)
            """,
            new
            {
                row.CameraId,
                row.SnapshotId,
                row.Label,
                row.CapturedAt,
                row.Sha256,
                row.Size,
                row.Width,
                row.Height,
                addedAt = SqlTime.ToSql(_time.GetUtcNow()),
                row.Conditions,
                row.PerceptualHash,
                row.Brightness,
                row.NearDuplicateOf,
                sequence,
            });
        return SnapshotOutcome.Accepted;
    }
}
