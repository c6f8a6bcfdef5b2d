using System.Data.Common;
using Dapper;

namespace Guardian.Storage;

/// <summary>
/// What everything weighs, kept in the transactions that change it. A reservation is made before the first byte, so uploads side by side cannot overshoot.
/// </summary>
internal sealed class UsageLedger(SealedArchiveOptions options, SqlDialect dialect)
{
    /// <summary>The row of all cameras together. It is locked first, so that two transactions never wait for each other.</summary>
    private const string Everything = "";

    /// <summary>Why this much more may not be taken; null when it may. Locks the rows in question.</summary>
    public UploadRefusal? Refuse(DbConnection connection, string cameraId, long bytes, long objects)
    {
        Ensure(connection, Everything);
        long total = Bytes(connection, Everything);
        if (options.MaxTotalBytes is { } most && total + bytes > most)
        {
            return Refusal("all cameras together use", total, most);
        }

        Ensure(connection, cameraId);
        long used = Bytes(connection, cameraId);
        return options.LimitOf(cameraId) is { } limit && used + bytes > limit ? Refusal($"camera {cameraId} uses", used, limit) : null;

        UploadRefusal Refusal(string who, long there, long allowed) =>
            new(UploadRefusalReason.QuotaExceeded, $"quota: {who} {there} of {allowed} bytes, {bytes} more {(objects > 0 ? "are needed" : "arrived")}");
    }

    /// <summary>Puts weight on, or takes it off.</summary>
    public static void Charge(DbConnection connection, string cameraId, long bytes, long objects)
    {
        foreach (string row in (string[])[Everything, cameraId])
        {
            Ensure(connection, row);
            connection.Execute("UPDATE usage SET bytes = bytes + @Bytes, objects = objects + @Objects WHERE camera_id = @Row", new { Bytes = bytes, Objects = objects, Row = row });
        }
    }

    /// <summary>Of every camera that has anything, and first of all together.</summary>
    public IReadOnlyList<CameraUsage> List(DbConnection connection) =>
    [
        .. connection.Query<(string CameraId, long Bytes, long Objects, long IsWarned)>("SELECT camera_id, bytes, objects, is_warned FROM usage ORDER BY camera_id")
            .Select(r => new CameraUsage(r.CameraId.Length == 0 ? null : r.CameraId, r.Bytes, r.Objects, LimitOf(r.CameraId), r.IsWarned != 0)),
    ];

    /// <summary>Whether somebody has come to the warning level, or fallen under it, since that was last marked.</summary>
    public bool HasCrossed(CameraUsage usage) => (usage.Limit is { } limit && usage.Bytes >= limit * options.QuotaWarning) != usage.IsWarned;

    /// <summary>Marks who has come to the warning level, or is under it again.</summary>
    /// <returns>Who has come to it since the last call.</returns>
    public IReadOnlyList<CameraUsage> TakeWarnings(DbConnection connection)
    {
        var warned = new List<CameraUsage>();
        foreach (CameraUsage usage in List(connection))
        {
            if (HasCrossed(usage))
            {
                connection.Execute("UPDATE usage SET is_warned = @IsFull WHERE camera_id = @Row", new { IsFull = usage.IsWarned ? 0L : 1L, Row = usage.CameraId ?? Everything });
                if (!usage.IsWarned)
                {
                    warned.Add(usage with { IsWarned = true });
                }
            }
        }

        return warned;
    }

    /// <summary>Counts the index anew.</summary>
    /// <returns>The rows that were wrong, as they were.</returns>
    public IReadOnlyList<CameraUsage> Recount(DbConnection connection)
    {
        connection.Execute($"SELECT bytes FROM usage {dialect.ForUpdate}");
        Dictionary<string, CameraUsage> before = List(connection).ToDictionary(u => u.CameraId ?? Everything, StringComparer.Ordinal);
        connection.Execute("UPDATE usage SET bytes = 0, objects = 0");
        connection.Execute(
            """
            INSERT INTO usage (camera_id, bytes, objects) SELECT camera_id, CAST(SUM(reserved) AS BIGINT), COUNT(*) FROM objects GROUP BY camera_id
            ON CONFLICT (camera_id) DO UPDATE SET bytes = excluded.bytes, objects = excluded.objects
            """);
        connection.Execute(
            """
            INSERT INTO usage (camera_id, bytes, objects) SELECT '', CAST(COALESCE(SUM(bytes), 0) AS BIGINT), CAST(COALESCE(SUM(objects), 0) AS BIGINT) FROM usage WHERE camera_id <> ''
            ON CONFLICT (camera_id) DO UPDATE SET bytes = excluded.bytes, objects = excluded.objects
            """);
        return [.. List(connection)
            .Where(now => !before.TryGetValue(now.CameraId ?? Everything, out CameraUsage? was) || (was.Bytes, was.Objects) != (now.Bytes, now.Objects))
            .Select(now => before.GetValueOrDefault(now.CameraId ?? Everything) ?? now with { Bytes = 0, Objects = 0 })];
    }

    private static void Ensure(DbConnection connection, string row) =>
        connection.Execute("INSERT INTO usage (camera_id, bytes, objects) VALUES (@Row, 0, 0) ON CONFLICT (camera_id) DO NOTHING", new { Row = row });

    private long Bytes(DbConnection connection, string row) => connection.ExecuteScalar<long>($"SELECT bytes FROM usage WHERE camera_id = @Row {dialect.ForUpdate}", new { Row = row });

    private long? LimitOf(string row) => row.Length == 0 ? options.MaxTotalBytes : options.LimitOf(row);
}
