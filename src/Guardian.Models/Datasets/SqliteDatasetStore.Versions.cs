using System.Runtime.CompilerServices;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Datasets;

/// <summary>Versions, figures and coverage.</summary>
internal sealed partial class SqliteDatasetStore
{
    public async Task<IReadOnlyList<DatasetSummary>> ListAsync(CancellationToken cancellationToken) => await _folder.Database.ReadAsync(
        c =>
        {
            ILookup<string, (string Camera, string Label, long Count)> counts = c
                .Query<(string Camera, string Label, long Count)>("SELECT camera_id, label, COUNT(*) FROM snapshots WHERE removed = 0 GROUP BY camera_id, label ORDER BY camera_id")
                .ToLookup(r => r.Camera, StringComparer.Ordinal);
            Dictionary<string, DatasetVersionRow> newest = c
                .Query<DatasetVersionRow>(
                    $"SELECT {DatasetVersionRow.Columns} FROM dataset_versions v WHERE version = (SELECT MAX(version) FROM dataset_versions WHERE camera_id = v.camera_id)")
                .ToDictionary(v => v.CameraId, StringComparer.Ordinal);
            return c
                .Query<(string Camera, long Images, long Bytes)>("SELECT camera_id, images, bytes FROM dataset_totals WHERE images > 0 ORDER BY camera_id")
                .Select(t => new DatasetSummary(
                    t.Camera, counts[t.Camera].ToDictionary(r => r.Label, r => (int)r.Count, StringComparer.Ordinal), (int)t.Images, t.Bytes, newest.GetValueOrDefault(t.Camera)?.ToVersion()))
                .ToList();
        },
        cancellationToken).ConfigureAwait(false);

    public async Task<DatasetCoverage> CoverageAsync(string cameraId, int required, TimeZoneInfo? zone, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        if (required is < 1 or > 1_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(required), required, "The required number must be from 1 to 1000000.");
        }

        var count = new CoverageCount(cameraId, required, zone ?? TimeZoneInfo.Utc);
        const string sql = "SELECT label, captured_at, brightness, near_duplicate_of IS NOT NULL FROM snapshots WHERE camera_id = @cameraId AND removed = 0";
        return await _folder.Database.ReadAsync(
            c =>
            {
                foreach ((string label, long at, long? brightness, bool alike) in c.Query<(string, long, long?, bool)>(sql, new { cameraId }, buffered: false))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    count.Add(label, SqlTime.FromSql(at), (int?)brightness, alike);
                }

                return count.Result();
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<DatasetVersion> CreateVersionAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        return Failures.WrapAsync("Making a dataset version", () => _folder.Database.WriteAsync(c => CreateVersion(c, cameraId), cancellationToken));
    }

    public async Task<IReadOnlyList<DatasetVersion>> ListVersionsAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        return await _folder.Database.ReadAsync(
            c => c.Query<DatasetVersionRow>($"SELECT {DatasetVersionRow.Columns} FROM dataset_versions WHERE camera_id = @cameraId ORDER BY version DESC", new { cameraId })
                .Select(r => r.ToVersion()).ToList(),
            cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoredSnapshot> EnumerateVersionAsync(
        string cameraId, int version, string? label, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        if (label is not null)
        {
            Identifiers.ThrowIfNotLabel(label);
        }

        long capturedAt = long.MinValue;
        string snapshotId = "";
        List<SnapshotRow> page;
        do
        {
            page = await _folder.Database.ReadAsync(
                c => c.Query<SnapshotRow>(
                    $"""
                    SELECT {SnapshotRow.Columns} FROM snapshots s
                    WHERE camera_id = @cameraId AND (@label IS NULL OR label = @label) AND (captured_at, snapshot_id) > (@capturedAt, @snapshotId)
                        AND EXISTS (SELECT 1 FROM dataset_version_images i WHERE i.camera_id = s.camera_id AND i.version = @version AND i.snapshot_id = s.snapshot_id)
                    ORDER BY captured_at, snapshot_id LIMIT {PageSize}
                    """,
                    new { cameraId, version, label, capturedAt, snapshotId }).AsList(),
                cancellationToken).ConfigureAwait(false);
            foreach (SnapshotRow row in page)
            {
                yield return row.ToSnapshot();
                (capturedAt, snapshotId) = (row.CapturedAt, row.SnapshotId);
            }
        }
        while (page.Count == PageSize);
    }

    public async IAsyncEnumerable<StoredSnapshot> EnumerateSinceAsync(string cameraId, long cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        List<SnapshotRow> page;
        do
        {
            long after = cursor;
            page = await _folder.Database.ReadAsync(
                c => c.Query<SnapshotRow>(
                    $"SELECT {SnapshotRow.Columns} FROM snapshots WHERE camera_id = @cameraId AND removed = 0 AND sequence > @after ORDER BY sequence LIMIT {PageSize}",
                    new { cameraId, after }).AsList(),
                cancellationToken).ConfigureAwait(false);
            foreach (SnapshotRow row in page)
            {
                yield return row.ToSnapshot();
                cursor = row.Sequence;
            }
        }
        while (page.Count == PageSize);
    }

    private DatasetVersion CreateVersion(SqliteConnection connection, string cameraId)
    {
        List<SnapshotRow> rows = connection.Query<SnapshotRow>(
            $"SELECT {SnapshotRow.Columns} FROM snapshots WHERE camera_id = @cameraId AND removed = 0", new { cameraId }).AsList();
        if (rows.Count == 0)
        {
            throw new ModelException($"Camera {cameraId} has no pictures of which a version could be made.");
        }

        string hash = DatasetHash.Of(rows);
        const string bySame = $"SELECT {DatasetVersionRow.Columns} FROM dataset_versions WHERE camera_id = @cameraId AND hash = @hash";
        if (connection.QuerySingleOrDefault<DatasetVersionRow>(bySame, new { cameraId, hash }) is { } same)
        {
            return same.ToVersion();
        }

        // A number is never used again, also when the clean-up has removed the newest version.
        long version = connection.ExecuteScalar<long>("UPDATE dataset_totals SET versions = versions + 1 WHERE camera_id = @cameraId RETURNING versions", new { cameraId });
        connection.Execute(
            """
            INSERT INTO dataset_versions (camera_id, version, hash, images, bytes, last_sequence, created_at)
            VALUES (@cameraId, @version, @hash, @images, @bytes, @lastSequence, @now);
            INSERT INTO dataset_version_images (camera_id, version, snapshot_id) SELECT camera_id, @version, snapshot_id FROM snapshots WHERE camera_id = @cameraId AND removed = 0
            """,
            new { cameraId, version, hash, images = rows.Count, bytes = rows.Sum(r => r.Size), lastSequence = rows.Max(r => r.Sequence), now = SqlTime.ToSql(_time.GetUtcNow()) });
        return connection.QuerySingle<DatasetVersionRow>(bySame, new { cameraId, hash }).ToVersion();
    }
}
