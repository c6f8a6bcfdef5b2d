using Dapper;
using Microsoft.Data.Sqlite;

namespace Guardian.Analysis;

/// <summary>Counting and reading, each inside one transaction of the caller.</summary>
internal static class BaselineSql
{
    /// <summary>Labels a camera may bring; detectors have about 80. Further ones are not counted and so stay unknown.</summary>
    private const int MaxLabels = 512;

    public static void Observe(
        SqliteConnection connection, string camera, BaselineObservation observation, int hour, IReadOnlyList<int> cells, long now, long maxFrames)
    {
        int added = connection.Execute(
            "INSERT INTO observations (camera_id, source_id, observed_at) VALUES (@camera, @source, @now) ON CONFLICT DO NOTHING",
            new { camera, source = observation.SourceId, now });
        if (added == 0)
        {
            return;
        }

        long frames = connection.ExecuteScalar<long>("SELECT COALESCE(SUM(frames), 0) FROM hours WHERE camera_id = @camera", new { camera });
        if (frames >= maxFrames)
        {
            throw new AnalysisException(
                $"baseline: camera {camera} has {frames} frames; the limit {AnalysisOptions.Section}:{nameof(AnalysisOptions.MaxBaselineFrames)} is {maxFrames}");
        }

        CountHour(connection, camera, hour, observation.Objects.Count);
        connection.Execute(
            "INSERT INTO cells (camera_id, hour, cell, frames) VALUES (@camera, @hour, @cell, 1) ON CONFLICT DO UPDATE SET frames = frames + 1",
            cells.Select(cell => new { camera, hour, cell }));
        CountLabels(connection, camera, observation.Objects);
    }

    public static CameraBaseline Read(SqliteConnection connection, string camera)
    {
        // One transaction, so that hours, cells and labels are of the same moment.
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        long[][] cells = [.. Enumerable.Range(0, CameraBaseline.Hours).Select(_ => new long[BaselineGrid.Cells])];
        foreach (BaselineCellRow row in connection.Query<BaselineCellRow>("SELECT hour, cell, frames FROM cells WHERE camera_id = @camera", new { camera }, moment))
        {
            cells[row.hour][row.cell] = row.frames;
        }

        BaselineHour[] hours = [.. Enumerable.Repeat(BaselineHour.Empty, CameraBaseline.Hours)];
        foreach (BaselineHourRow row in connection.Query<BaselineHourRow>($"SELECT {BaselineHourRow.Columns} FROM hours WHERE camera_id = @camera", new { camera }, moment))
        {
            hours[row.hour] = row.ToHour(cells[row.hour]);
        }

        Dictionary<string, long> labels = connection.Query<BaselineLabelRow>("SELECT label, frames FROM labels WHERE camera_id = @camera", new { camera }, moment)
            .ToDictionary(r => r.label, r => r.frames);
        return new CameraBaseline(camera, hours, labels);
    }

    private static void CountHour(SqliteConnection connection, string camera, int hour, long objects) => connection.Execute(
        """
        INSERT INTO hours (camera_id, hour, frames, active_frames, objects, squared_objects, max_objects)
        VALUES (@camera, @hour, 1, @active, @objects, @squared, @objects)
        ON CONFLICT DO UPDATE SET frames = frames + 1, active_frames = active_frames + @active, objects = objects + @objects,
            squared_objects = squared_objects + @squared, max_objects = MAX(max_objects, @objects)
        """,
        new { camera, hour, active = objects > 0 ? 1 : 0, objects, squared = objects * objects });

    private static void CountLabels(SqliteConnection connection, string camera, IReadOnlyList<DetectedObject> objects) => connection.Execute(
        """
        INSERT INTO labels (camera_id, label, frames)
        SELECT @camera, @label, 1 WHERE EXISTS (SELECT 1 FROM labels WHERE camera_id = @camera AND label = @label)
            OR (SELECT COUNT(*) FROM labels WHERE camera_id = @camera) < @limit
        ON CONFLICT DO UPDATE SET frames = frames + 1
        """,
        objects.Select(o => o.Label).Distinct().Select(label => new { camera, label, limit = MaxLabels }));
}
