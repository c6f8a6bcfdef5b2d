using System.Text.Json;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Rollouts;

/// <summary>What edges say of themselves: what they can run, what they work with, what they counted. And which cameras rollouts leave alone.</summary>
internal sealed partial class SqliteModelDistributor
{
    private const int MaxCounters = 256, MaxText = 100;

    /// <summary>An edge begins to count anew at each start; of one that restarts without end only so many are told apart.</summary>
    private const int MaxCountings = 64;

    private const long MaxFrames = 1L << 48;

    /// <summary>Longer than any gate's window.</summary>
    private static readonly TimeSpan FiguresKept = TimeSpan.FromDays(35), ClockSlack = TimeSpan.FromDays(1);

    private long _forgotten;

    public Task RecordRuntimeAsync(string edgeId, EdgeRuntime runtime, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotEdge(edgeId);
        ArgumentNullException.ThrowIfNull(runtime);
        static string? Cut(string? text) => text is { Length: > MaxText } ? text[..MaxText] : text;
        string json = JsonSerializer.Serialize(runtime with { Runtime = Cut(runtime.Runtime), Version = Cut(runtime.Version) }, RolloutJson.Default.EdgeRuntime);
        return Failures.WrapAsync(
            "Recording an edge's runtime",
            () => folder.Database.WriteAsync(
                c => c.Execute("INSERT OR REPLACE INTO edge_runtimes (edge_id, runtime, at) VALUES (@edgeId, @json, @now)", new { edgeId, json, now = SqlTime.ToSql(time.GetUtcNow()) }), cancellationToken));
    }

    public Task ReconcileAsync(string edgeId, IReadOnlyCollection<string> deploymentIds, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotEdge(edgeId);
        ArgumentNullException.ThrowIfNull(deploymentIds);
        return Failures.WrapAsync("Reconciling an edge", async () =>
        {
            HashSet<string> runs = new(deploymentIds, StringComparer.Ordinal);
            List<DeploymentRow> lost = await folder.Database.ReadAsync(
                c => c.Query<DeploymentRow>($"SELECT {DeploymentRow.Columns} FROM deployments WHERE edge_id = @edgeId AND state = 2 AND is_withdrawal = 0", new { edgeId })
                    .Where(d => !runs.Contains(d.DeploymentId)).AsList(),
                cancellationToken).ConfigureAwait(false);
            foreach (DeploymentRow deployment in lost)
            {
                await folder.Database.WriteAsync(
                    c =>
                    {
                        // A later order is on its way already: that one is what the edge shall work with.
                        bool isNewest = c.ExecuteScalar<long>("SELECT MAX(sequence) FROM deployments WHERE edge_id = @EdgeId AND camera_id = @CameraId AND state IN (0, 1, 2)", deployment) == deployment.Sequence;
                        return isNewest && Move(c, deployment.DeploymentId, DeploymentState.Active, DeploymentState.Pending);
                    },
                    cancellationToken).ConfigureAwait(false);
                log.DeploymentRepeated(edgeId, deployment.ModelId, deployment.DeploymentId);
            }

            return lost.Count;
        });
    }

    public Task<int> RecordCountersAsync(string edgeId, IReadOnlyList<ModelCounters> counters, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotEdge(edgeId);
        ArgumentNullException.ThrowIfNull(counters);
        if (counters.Count > MaxCounters)
        {
            throw new ArgumentException($"counters: {counters.Count}, at most {MaxCounters} are taken", nameof(counters));
        }

        DateTimeOffset latest = time.GetUtcNow() + ClockSlack;
        ModelCounters[] sound = [.. counters.Where(k => k.Frames is >= 0 and <= MaxFrames && k.Alarms >= 0 && k.Alarms <= k.Frames && double.IsFinite(k.Seconds) && k.Seconds >= 0 && k.CountedSince <= latest)];
        return sound.Length == 0 ? Task.FromResult(0) : Failures.WrapAsync(
            "Recording an edge's figures", () => folder.Database.WriteAsync(c => sound.Count(k => Record(c, edgeId, k)), cancellationToken));
    }

    public async Task<IReadOnlyList<CameraAssignment>> AssignmentsAsync(CancellationToken cancellationToken) =>
        [.. (await folder.Database.ReadAsync(c => c.Query<AssignmentRow>($"SELECT {AssignmentRow.Columns} FROM assignments ORDER BY edge_id, camera_id").AsList(), cancellationToken).ConfigureAwait(false)).Select(a => a.ToAssignment())];

    public Task SetPinAsync(string cameraId, string? reason, string actor, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        ThrowIfNotWord(actor, nameof(actor));
        if (reason is not null)
        {
            ThrowIfNotWord(reason, nameof(reason));
        }

        return Failures.WrapAsync("Pinning a camera", () => folder.Database.WriteAsync(
            c => c.Execute(
                reason is null ? "DELETE FROM camera_pins WHERE camera_id = @cameraId" : "INSERT OR REPLACE INTO camera_pins (camera_id, reason, actor, at) VALUES (@cameraId, @reason, @actor, @now)",
                new { cameraId, reason, actor, now = SqlTime.ToSql(time.GetUtcNow()) }),
            cancellationToken));
    }

    public async Task<IReadOnlyList<CameraPin>> PinsAsync(CancellationToken cancellationToken)
    {
        List<(string Camera, string Reason, string Actor, long At)> rows = await folder.Database.ReadAsync(
            c => c.Query<(string, string, string, long)>("SELECT camera_id, reason, actor, at FROM camera_pins ORDER BY camera_id").AsList(), cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => new CameraPin(r.Camera, r.Reason, r.Actor, SqlTime.FromSql(r.At)))];
    }

    private static long HourOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 3600;

    private static EdgeRuntime? RuntimeOf(SqliteConnection connection, string edgeId) =>
        connection.QuerySingleOrDefault<string>("SELECT runtime FROM edge_runtimes WHERE edge_id = @edgeId", new { edgeId }) is { } json ? JsonSerializer.Deserialize(json, RolloutJson.Default.EdgeRuntime) : null;

    /// <summary>What was counted beyond the last time goes to this hour. A number that went down is an old message.</summary>
    private bool Record(SqliteConnection connection, string edgeId, ModelCounters counters)
    {
        if (Find(connection, counters.DeploymentId) is not { } deployment || deployment.EdgeId != edgeId || deployment.IsWithdrawal)
        {
            return false;
        }

        long since = SqlTime.ToSql(counters.CountedSince);
        (long frames, long alarms, double seconds) = connection.QuerySingleOrDefault<(long, long, double)>(
            "SELECT frames, alarms, seconds FROM model_counters WHERE deployment_id = @DeploymentId AND counted_since = @since", new { counters.DeploymentId, since });
        if (counters.Frames <= frames || counters.Alarms < alarms || counters.Seconds < seconds)
        {
            return false;
        }

        DateTimeOffset now = time.GetUtcNow();
        connection.Execute(
            """
            INSERT OR REPLACE INTO model_counters (deployment_id, counted_since, frames, alarms, seconds, at) VALUES (@DeploymentId, @since, @Frames, @Alarms, @Seconds, @now);
            DELETE FROM model_counters WHERE deployment_id = @DeploymentId
                AND counted_since NOT IN (SELECT counted_since FROM model_counters WHERE deployment_id = @DeploymentId ORDER BY at DESC, counted_since DESC LIMIT @MaxCountings)
            """,
            new { counters.DeploymentId, since, counters.Frames, counters.Alarms, counters.Seconds, now = SqlTime.ToSql(now), MaxCountings });
        connection.Execute(
            """
            INSERT INTO model_figures (deployment_id, hour, edge_id, camera_id, model_id, frames, alarms, seconds) VALUES (@DeploymentId, @hour, @edgeId, @CameraId, @ModelId, @frames, @alarms, @seconds)
            ON CONFLICT (deployment_id, hour) DO UPDATE SET frames = frames + excluded.frames, alarms = alarms + excluded.alarms, seconds = seconds + excluded.seconds
            """,
            new
            {
                deployment.DeploymentId,
                hour = HourOf(now),
                edgeId,
                deployment.CameraId,
                deployment.ModelId,
                frames = counters.Frames - frames,
                alarms = counters.Alarms - alarms,
                seconds = counters.Seconds - seconds,
            });
        return true;
    }

    /// <summary>Once an hour.</summary>
    private async Task ForgetFiguresAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (Interlocked.Exchange(ref _forgotten, HourOf(now)) != HourOf(now))
        {
            await folder.Database.WriteAsync(
                c => c.Execute(
                    "DELETE FROM model_figures WHERE hour < @hour; DELETE FROM model_counters WHERE at < @before",
                    new { hour = HourOf(now - FiguresKept), before = SqlTime.ToSql(now - FiguresKept) }),
                cancellationToken).ConfigureAwait(false);
        }
    }
}
