using System.Diagnostics;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;
using Microsoft.Data.Sqlite;

namespace Guardian.Bench.Node;

/// <summary>
/// Events that one node acknowledges per second over gRPC under mutual TLS, one event a call and fifty a call, against what SQLite alone takes on the same disk: rows of the same size, committed
/// in groups of as many as there are callers, each group flushed (WAL, synchronous=FULL), from one thread without network or checks.
/// </summary>
internal static class EventBenchmark
{
    private const int Callers = 64, Rounds = 3;

    public static async Task RunAsync(BenchNode node, string folder)
    {
        using EdgeCredentials credentials = await node.EnrolAsync();
        using var client = new EdgeClient(credentials);
        await SendAsync(client, calls: 20, eventsPerCall: 1);
        await MeasureAsync(client, folder, calls: 200, eventsPerCall: 1);
        await MeasureAsync(client, folder, calls: 20, eventsPerCall: 50);
    }

    private static async Task MeasureAsync(EdgeClient client, string folder, int calls, int eventsPerCall)
    {
        var rounds = new List<(double Ours, double Raw)>();
        for (int round = 0; round < Rounds; round++)
        {
            double ours = await SendAsync(client, calls, eventsPerCall);
            rounds.Add((ours, Raw(Path.Combine(folder, $"raw-{eventsPerCall}-{round}.db"), Callers * calls * eventsPerCall)));
        }

        (double rate, double raw) = rounds.OrderBy(r => r.Ours / r.Raw).ElementAt(Rounds / 2);
        Console.WriteLine($"events   {rate,9:0}/s acknowledged over mTLS gRPC, {Callers} callers, {eventsPerCall} a call; raw SQLite group commit {raw:0}/s; ratio {rate / raw:0.00}");
    }

    private static async Task<double> SendAsync(EdgeClient client, int calls, int eventsPerCall)
    {
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < calls; i++)
            {
                SendEventsResponse response = await client.SendEventsAsync(Enumerable.Range(0, eventsPerCall).Select(_ => Event()), CancellationToken.None);
                if (!response.Success)
                {
                    throw new InvalidOperationException(response.ErrorMessage);
                }
            }
        })));
        return (double)Callers * calls * eventsPerCall / watch.Elapsed.TotalSeconds;
    }

    private static Event Event() => new()
    {
        Id = Guid.NewGuid().ToString(),
        CameraId = "front-door",
        EventType = "anomaly",
        Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()),
        Confidence = 0.9,
        AnomalyScore = 7.5,
        AnomalyThreshold = 4,
    };

    private static double Raw(string file, int events)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE events (id TEXT PRIMARY KEY, camera TEXT, edge TEXT, type TEXT, at INTEGER, details TEXT) WITHOUT ROWID");
        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO events VALUES ($id, 'front-door', 'edge-0123456789abcdef', 'anomaly', 1767225600000000, $details)";
        SqliteParameter id = insert.Parameters.Add("$id", SqliteType.Text);
        insert.Parameters.AddWithValue("$details", """{"model_id":"","anomaly_score":7.5,"anomaly_threshold":4,"detections":[],"metadata":{}}""");
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < events; i += Callers)
        {
            Execute(connection, "BEGIN IMMEDIATE");
            for (int k = 0; k < Callers; k++)
            {
                id.Value = Guid.NewGuid().ToString();
                insert.ExecuteNonQuery();
            }

            Execute(connection, "COMMIT");
        }

        return events / watch.Elapsed.TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
