using Dapper;
using Guardian.Models.Internal;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Datasets;

/// <summary>Removes picture files that no row names: a process ended after writing the file and before committing the row.</summary>
internal static class DatasetSweep
{
    /// <returns>How many were removed.</returns>
    public static int Run(ModelsFolder folder, SqliteConnection connection)
    {
        if (!Directory.Exists(folder.Datasets))
        {
            return 0;
        }

        int removed = 0;
        foreach (string camera in Directory.EnumerateDirectories(folder.Datasets))
        {
            string cameraId = Path.GetFileName(camera);
            HashSet<string> known = [.. connection
                .Query<SnapshotRow>($"SELECT {SnapshotRow.Columns} FROM snapshots WHERE camera_id = @cameraId", new { cameraId })
                .Select(r => folder.SnapshotFile(r.CameraId, r.Label, r.Sha256))];
            foreach (string file in Directory.EnumerateFiles(camera, "*.jpg", SearchOption.AllDirectories).Where(f => !known.Contains(f)).ToList())
            {
                File.Delete(file);
                removed++;
            }
        }

        return removed;
    }
}
