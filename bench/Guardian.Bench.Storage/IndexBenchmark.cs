using System.Diagnostics;
using System.Globalization;
using Dapper;
using Guardian.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Guardian.Bench.Storage;

/// <summary>What the index answers, and how quickly, when it has a million rows: pages of a search, and the quota that every upload asks for.</summary>
internal static class IndexBenchmark
{
    private const int Rows = 1_000_000, Cameras = 200, Searches = 400, Uploads = 400;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(string folder)
    {
        await MeasureAsync("SQLite", new SealedArchiveOptions { Directory = Path.Combine(folder, "index") });
        string script = Scripts.PathTo("postgres.sh"), data = Path.Combine(Path.GetTempPath(), $"guardian-bench-postgres-{Environment.ProcessId}");
        string connection = (await ScriptAsync(script, "start", data, "15999")).Trim();
        try
        {
            await MeasureAsync("PostgreSQL", new SealedArchiveOptions { Directory = Path.Combine(folder, "index-postgres"), PostgresConnection = connection });
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ScriptAsync(script, "stop", data);
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task MeasureAsync(string name, SealedArchiveOptions options)
    {
        options.MaxTotalBytes = 1L << 50;
        options.MaxCameraBytes = 1L << 45;
        await using var archive = new SealedArchive(options, new FolderArchiveStore(Path.Combine(options.Directory, "archive")));
        await archive.RecoverAsync(default);
        Fill(options);
        var random = new Random(1);
        List<double> pages = [], quotas = [];
        for (int i = 0; i < Searches; i++)
        {
            var query = new IndexQuery
            {
                CameraId = i % 2 == 0 ? $"camera-{random.Next(Cameras)}" : null,
                Status = i % 3 == 0 ? SealedObjectStatus.Completed : null,
                From = Start.AddMinutes(random.Next(Rows / 2)),
                Until = Start.AddMinutes((Rows / 2) + random.Next(Rows / 2)),
            };
            pages.Add(await TimeAsync(() => archive.Register.QueryAsync(query, default)));
        }

        byte[] clip = await new Sealer(RecipientPrivateKey.Generate().PublicKey).SealAsync(new byte[1000], "video/mp4", default);
        for (int i = 0; i < Uploads; i++)
        {
            quotas.Add(await TimeAsync(() => archive.StoreAsync(SealedObjectId.Clip(Guid.NewGuid()), $"camera-{random.Next(Cameras)}", clip, default)));
        }

        double usage = await TimeAsync(() => archive.Register.GetUsageAsync(default)), recount = await TimeAsync(() => archive.Register.GetBacklogAsync(default));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"index    {name}, {Rows} rows: page of 100, p50 {At(pages, 0.5):0.0} ms, p99 {At(pages, 0.99):0.0} ms; small upload with its quota, p50 {At(quotas, 0.5):0.0} ms, p99 {At(quotas, 0.99):0.0} ms; usage of {Cameras} cameras {usage:0.0} ms, backlog {recount:0.0} ms"));
    }

    /// <summary>Rows as the archive writes them, a minute apart.</summary>
    private static void Fill(SealedArchiveOptions options)
    {
        bool isSqlite = options.PostgresConnection is null;
        using System.Data.Common.DbConnection connection = isSqlite
            ? new SqliteConnection($"Data Source={Path.Combine(options.Directory, "objects.db")};Pooling=False")
            : new NpgsqlConnection(options.PostgresConnection);
        connection.Open();
        string numbers = isSqlite
            ? $"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows - 1})"
            : $"WITH n(i) AS (SELECT generate_series(0, {Rows - 1}))";
        string id = isSqlite
            ? "lower(printf('%08x-%04x-4000-8000-%012x', (i * 2654435761) % 4294967296, i % 65536, i))"
            : "lower(lpad(to_hex((i::bigint * 2654435761) % 4294967296), 8, '0') || '-' || lpad(to_hex(i % 65536), 4, '0') || '-4000-8000-' || lpad(to_hex(i), 12, '0'))";
        string hash = isSqlite ? "zeroblob(32)" : "decode(repeat('00', 32), 'hex')";
        long start = (Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        connection.Execute(
            $"""
            {numbers}
            INSERT INTO objects (event_id, name, camera_id, status, size, reserved, sha256, content_type, created_at, updated_at, archived_at, bucket, severity)
            SELECT {id}, 'clip.mp4', 'camera-' || (i % {Cameras}), 4, 5000000, 5000000, {hash}, 'video/mp4', {start} + CAST(i AS BIGINT) * 60000000, 0, 1, 'camera-camera-' || (i % {Cameras}), i % 6 FROM n
            """,
            commandTimeout: 600);
        connection.Execute(
            $"""
            INSERT INTO usage (camera_id, bytes, objects) SELECT camera_id, CAST(SUM(reserved) AS BIGINT), COUNT(*) FROM objects GROUP BY camera_id;
            UPDATE usage SET bytes = {Rows}.0 * 5000000, objects = {Rows} WHERE camera_id = ''
            """,
            commandTimeout: 600);
        connection.Execute("ANALYZE objects;", commandTimeout: 600);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        long at = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(at).TotalMilliseconds;
    }

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(share * (times.Count - 1)));

    private static async Task<string> ScriptAsync(string script, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(script, arguments) { RedirectStandardOutput = true })!;
        string line = await process.StandardOutput.ReadLineAsync() ?? "";
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? line : throw new InvalidOperationException($"postgres.sh {arguments[0]} failed");
    }
}
