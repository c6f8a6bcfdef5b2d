using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Datasets;

/// <summary>Taking pictures out, and what is left to do once nothing holds them any more.</summary>
internal sealed partial class SqliteDatasetStore
{
    private const string Unheld =
        "removed = 1 AND NOT EXISTS (SELECT 1 FROM dataset_version_images i WHERE i.camera_id = snapshots.camera_id AND i.snapshot_id = snapshots.snapshot_id)";

    public async Task<int> RemoveAsync(string cameraId, IReadOnlyCollection<string> snapshotIds, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        ArgumentNullException.ThrowIfNull(snapshotIds);
        int removed = await Failures.WrapAsync(
            "Removing pictures",
            () => _folder.Database.WriteAsync(
                c => snapshotIds.Sum(id => c.Execute("UPDATE snapshots SET removed = 1 WHERE camera_id = @cameraId AND snapshot_id = @id AND removed = 0", new { cameraId, id })),
                cancellationToken)).ConfigureAwait(false);
        await DeleteUnheldAsync(cameraId, cancellationToken).ConfigureAwait(false);
        return removed;
    }

    public async Task<DatasetCleanUp> CleanUpAsync(CancellationToken cancellationToken)
    {
        int versions = await Failures.WrapAsync("Cleaning up datasets", () => _folder.Database.WriteAsync(RemoveVersions, cancellationToken)).ConfigureAwait(false);
        if (_options.SnapshotDays is { } days)
        {
            long oldest = SqlTime.ToSql(_time.GetUtcNow() - TimeSpan.FromDays(days));
            await Failures.WrapAsync(
                "Cleaning up datasets",
                () => _folder.Database.WriteAsync(c => c.Execute("UPDATE snapshots SET removed = 1 WHERE removed = 0 AND added_at < @oldest", new { oldest }), cancellationToken)).ConfigureAwait(false);
        }

        List<string> cameras = await _folder.Database.ReadAsync(
            c => c.Query<string>($"SELECT DISTINCT camera_id FROM snapshots WHERE {Unheld}").AsList(), cancellationToken).ConfigureAwait(false);
        (int images, long bytes) = (0, 0);
        foreach (string camera in cameras)
        {
            (int count, long size) = await DeleteUnheldAsync(camera, cancellationToken).ConfigureAwait(false);
            (images, bytes) = (images + count, bytes + size);
        }

        if (versions + images > 0)
        {
            _log.CleanedUp(versions, images, bytes);
        }

        return new DatasetCleanUp(versions, images, bytes);
    }

    private int RemoveVersions(SqliteConnection connection)
    {
        List<(string Camera, long Version)> old = connection.Query<(string, long)>(
            """
            SELECT v.camera_id, v.version FROM dataset_versions v
            WHERE (SELECT COUNT(*) FROM dataset_versions n WHERE n.camera_id = v.camera_id AND n.version > v.version) >= @KeptVersions
                AND NOT EXISTS (SELECT 1 FROM training_jobs j WHERE j.camera_id = v.camera_id AND j.dataset_version = v.version AND j.state IN (0, 1))
                AND v.version IS NOT (
                    SELECT MAX(j.dataset_version) FROM training_jobs j WHERE j.camera_id = v.camera_id AND EXISTS (SELECT 1 FROM models m WHERE m.model_id = j.model_id))
            """,
            new { _options.KeptVersions }).AsList();
        foreach ((string camera, long version) in old)
        {
            connection.Execute(
                """
                DELETE FROM dataset_version_images WHERE camera_id = @camera AND version = @version;
                DELETE FROM dataset_versions WHERE camera_id = @camera AND version = @version
                """,
                new { camera, version });
        }

        return old.Count;
    }

    /// <summary>The rows first, then the files: a kill between the two leaves files that no row names, which the sweep removes. The camera's lane keeps a picture that
    /// comes back meanwhile from losing its new file.</summary>
    private async Task<(int Images, long Bytes)> DeleteUnheldAsync(string cameraId, CancellationToken cancellationToken)
    {
        SemaphoreSlim lane = LaneOf(cameraId);
        await lane.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Failures.WrapAsync("Deleting pictures", async () =>
            {
                List<SnapshotRow> rows = await _folder.Database.WriteAsync(
                    c =>
                    {
                        List<SnapshotRow> unheld = c.Query<SnapshotRow>($"SELECT {SnapshotRow.Columns} FROM snapshots WHERE camera_id = @cameraId AND {Unheld}", new { cameraId }).AsList();
                        c.Execute($"DELETE FROM snapshots WHERE camera_id = @cameraId AND {Unheld}", new { cameraId });
                        return unheld;
                    },
                    CancellationToken.None).ConfigureAwait(false);
                rows.ForEach(r => File.Delete(_folder.SnapshotFile(r.CameraId, r.Label, r.Sha256)));
                return (rows.Count, rows.Sum(r => r.Size));
            }).ConfigureAwait(false);
        }
        finally
        {
            lane.Release();
        }
    }
}
