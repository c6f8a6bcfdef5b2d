using System.Text.Json;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Jobs;

/// <summary>Training jobs in SQLite. A lease is a token and a time in the job's row; whoever presents an older token has lost it.</summary>
internal sealed class SqliteTrainingJobs(ModelsFolder folder, TimeProvider time) : ITrainingJobs
{
    private const int MaxAttempts = 3;
    private const int MaxErrorLength = 1000;
    private const string Owned = "job_id = @JobId AND lease_token = @token AND state = 1";

    public Task<TrainingJob> EnqueueAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        return WriteAsync("Ordering a training", c => Enqueue(c, cameraId), cancellationToken);
    }

    public Task<TrainingJobLease?> LeaseNextAsync(TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        ThrowIfOutside(leaseDuration);
        return WriteAsync("Leasing a training job", c => Lease(c, leaseDuration), cancellationToken);
    }

    public Task<bool> ReportProgressAsync(TrainingJobLease lease, TrainingProgress progress, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(progress);
        ThrowIfOutside(leaseDuration);
        string json = JsonSerializer.Serialize(progress, ModelsJson.Default.TrainingProgress);
        return WriteAsync(
            "Storing training progress",
            c => c.Execute(
                $"UPDATE training_jobs SET progress = @json, updated_at = @now, lease_until = @until WHERE {Owned}",
                new { json, now = Now(), until = Until(leaseDuration), lease.Job.JobId, token = lease.Token.ToString() }) == 1,
            cancellationToken);
    }

    public Task<bool> CompleteAsync(TrainingJobLease lease, string modelId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelId);
        return EndAsync(lease, TrainingJobState.Succeeded, modelId, null, cancellationToken);
    }

    public Task<bool> FailAsync(TrainingJobLease lease, string error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(error);
        return EndAsync(lease, TrainingJobState.Failed, null, error.Length > MaxErrorLength ? error[..MaxErrorLength] : error, cancellationToken);
    }

    public async Task<IReadOnlyList<TrainingJob>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit must be from 1 to 1000.");
        }

        List<TrainingJobRow> rows = await folder.Database.ReadAsync(
            c => c.Query<TrainingJobRow>($"SELECT {TrainingJobRow.Columns} FROM training_jobs ORDER BY sequence DESC LIMIT @limit", new { limit }).AsList(),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToJob())];
    }

    public async Task<TrainingJob?> GetLatestAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        TrainingJobRow? row = await folder.Database.ReadAsync(
            c => c.QueryFirstOrDefault<TrainingJobRow>(
                $"SELECT {TrainingJobRow.Columns} FROM training_jobs WHERE camera_id = @cameraId ORDER BY sequence DESC LIMIT 1", new { cameraId }),
            cancellationToken).ConfigureAwait(false);
        return row?.ToJob();
    }

    private static void ThrowIfOutside(TimeSpan leaseDuration)
    {
        if (leaseDuration < TimeSpan.FromSeconds(1) || leaseDuration > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(leaseDuration), leaseDuration, "The lease must be from 1 second to 1 day.");
        }
    }

    private static TrainingJob Find(SqliteConnection connection, string jobId) => connection.QuerySingle<TrainingJobRow>(
        $"SELECT {TrainingJobRow.Columns} FROM training_jobs WHERE job_id = @jobId", new { jobId }).ToJob();

    private long Now() => SqlTime.ToSql(time.GetUtcNow());

    private long Until(TimeSpan duration) => SqlTime.ToSql(time.GetUtcNow() + duration);

    private Task<T> WriteAsync<T>(string what, Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        Failures.WrapAsync(what, () => folder.Database.WriteAsync(work, cancellationToken));

    private TrainingJob Enqueue(SqliteConnection connection, string cameraId)
    {
        string jobId = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        connection.Execute(
            """
            INSERT INTO training_jobs (job_id, camera_id, state, created_at, updated_at, attempts) VALUES (@jobId, @cameraId, 0, @now, @now, 0)
            ON CONFLICT (camera_id) WHERE state IN (0, 1) DO NOTHING
            """,
            new { jobId, cameraId, now = Now() });
        return connection.QuerySingle<TrainingJobRow>(
            $"SELECT {TrainingJobRow.Columns} FROM training_jobs WHERE camera_id = @cameraId AND state IN (0, 1)", new { cameraId }).ToJob();
    }

    private TrainingJobLease? Lease(SqliteConnection connection, TimeSpan duration)
    {
        long now = Now();
        connection.Execute(
            "UPDATE training_jobs SET state = 3, updated_at = @now, error = @error WHERE state = 1 AND lease_until < @now AND attempts >= @MaxAttempts",
            new { now, MaxAttempts, error = $"The training ended without a result {MaxAttempts} times: its process stopped or was too slow for its lease." });
        string? jobId = connection.ExecuteScalar<string?>(
            "SELECT job_id FROM training_jobs WHERE state = 0 OR (state = 1 AND lease_until < @now) ORDER BY sequence LIMIT 1", new { now });
        if (jobId is null)
        {
            return null;
        }

        var token = Guid.NewGuid();
        connection.Execute(
            """
            UPDATE training_jobs SET state = 1, attempts = attempts + 1, progress = NULL, updated_at = @now, lease_token = @token, lease_until = @until
            WHERE job_id = @jobId
            """,
            new { jobId, now, token = token.ToString(), until = Until(duration) });
        return new TrainingJobLease(Find(connection, jobId), token);
    }

    private Task<bool> EndAsync(TrainingJobLease lease, TrainingJobState state, string? modelId, string? error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return WriteAsync(
            "Ending a training job",
            c => c.Execute(
                $"UPDATE training_jobs SET state = @state, model_id = @modelId, error = @error, updated_at = @now WHERE {Owned}",
                new { state = (int)state, modelId, error, now = Now(), lease.Job.JobId, token = lease.Token.ToString() }) == 1,
            cancellationToken);
    }
}
