using System.Text.Json;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Jobs;

/// <summary>Training jobs in SQLite. A lease is a token and a time in the job's row; whoever presents an older token has lost it.</summary>
internal sealed class SqliteTrainingJobs : ITrainingJobs
{
    private const int MaxFruitless = 3;
    private const int MaxPriority = 100;
    private const int MaxErrorLength = 1000;
    private const string Owned = "job_id = @JobId AND lease_token = @token AND state = 1";

    private readonly ModelsFolder _folder;
    private readonly GuardianModelsOptions _options;
    private readonly TimeProvider _time;

    public SqliteTrainingJobs(ModelsFolder folder, GuardianModelsOptions options, TimeProvider time)
    {
        (_folder, _options, _time) = (folder, options, time);
        if (folder.IsAlone)
        {
            RemoveCheckpoints();
        }
    }

    public Task<TrainingJob> EnqueueAsync(string cameraId, CancellationToken cancellationToken) => EnqueueAsync(cameraId, 0, cancellationToken);

    public Task<TrainingJob> EnqueueAsync(string cameraId, int priority, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        if (priority is < -MaxPriority or > MaxPriority)
        {
            throw new ArgumentOutOfRangeException(nameof(priority), priority, $"The priority must be from -{MaxPriority} to {MaxPriority}.");
        }

        return WriteAsync("Ordering a training", c => Enqueue(c, cameraId, priority), cancellationToken);
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
                $"""
                UPDATE training_jobs SET progress = @json, updated_at = @now, lease_until = @until,
                    fruitless = CASE WHEN @Epoch > furthest THEN 0 ELSE fruitless END, furthest = MAX(furthest, @Epoch)
                WHERE {Owned}
                """,
                new { json, now = Now(), until = Until(leaseDuration), progress.Epoch, lease.Job.JobId, token = lease.Token.ToString() }) == 1,
            cancellationToken);
    }

    public Task<bool> RenewAsync(TrainingJobLease lease, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ThrowIfOutside(leaseDuration);
        return WriteAsync(
            "Renewing a training job's lease",
            c => c.Execute($"UPDATE training_jobs SET lease_until = @until WHERE {Owned}", new { until = Until(leaseDuration), lease.Job.JobId, token = lease.Token.ToString() }) == 1,
            cancellationToken);
    }

    public Task<bool> SetDatasetAsync(TrainingJobLease lease, DatasetVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(version);
        return WriteAsync(
            "Storing a training job's dataset",
            c => c.Execute(
                $"UPDATE training_jobs SET dataset_version = @Number, dataset_hash = @Hash WHERE {Owned}",
                new { version.Number, version.Hash, lease.Job.JobId, token = lease.Token.ToString() }) == 1,
            cancellationToken);
    }

    public async Task<bool> CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        string? file = await WriteAsync(
            "Cancelling a training job",
            c => c.ExecuteScalar<string?>(
                $"UPDATE training_jobs SET state = {(int)TrainingJobState.Cancelled}, updated_at = @now WHERE job_id = @jobId AND state IN (0, 1) RETURNING job_id",
                new { jobId, now = Now() }),
            cancellationToken).ConfigureAwait(false);
        if (file is null)
        {
            return false;
        }

        File.Delete(_folder.CheckpointFile(file));
        return true;
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

        List<TrainingJobRow> rows = await _folder.Database.ReadAsync(
            c => c.Query<TrainingJobRow>($"SELECT {TrainingJobRow.Columns} FROM training_jobs ORDER BY sequence DESC LIMIT @limit", new { limit }).AsList(),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToJob())];
    }

    public async Task<TrainingJob?> GetAsync(string jobId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        TrainingJobRow? row = await _folder.Database.ReadAsync(
            c => c.QuerySingleOrDefault<TrainingJobRow>($"SELECT {TrainingJobRow.Columns} FROM training_jobs WHERE job_id = @jobId", new { jobId }),
            cancellationToken).ConfigureAwait(false);
        return row?.ToJob();
    }

    public async Task<TrainingJob?> GetLatestAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        TrainingJobRow? row = await _folder.Database.ReadAsync(
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

    private long Now() => SqlTime.ToSql(_time.GetUtcNow());

    private long Until(TimeSpan duration) => SqlTime.ToSql(_time.GetUtcNow() + duration);

    private Task<T> WriteAsync<T>(string what, Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        Failures.WrapAsync(what, () => _folder.Database.WriteAsync(work, cancellationToken));

    private TrainingJob Enqueue(SqliteConnection connection, string cameraId, int priority)
    {
        string jobId = Guid.CreateVersion7(_time.GetUtcNow()).ToString();
        connection.Execute(
            """
            INSERT INTO training_jobs (job_id, camera_id, state, created_at, updated_at, attempts, priority) VALUES (@jobId, @cameraId, 0, @now, @now, 0, @priority)
            ON CONFLICT (camera_id) WHERE state IN (0, 1) DO UPDATE SET priority = MAX(priority, @priority)
            """,
            new { jobId, cameraId, now = Now(), priority });
        return connection.QuerySingle<TrainingJobRow>(
            $"SELECT {TrainingJobRow.Columns} FROM training_jobs WHERE camera_id = @cameraId AND state IN (0, 1)", new { cameraId }).ToJob();
    }

    private TrainingJobLease? Lease(SqliteConnection connection, TimeSpan duration)
    {
        long now = Now();
        connection.Execute(
            "UPDATE training_jobs SET state = 3, updated_at = @now, error = @error WHERE state = 1 AND lease_until < @now AND fruitless >= @MaxFruitless",
            new { now, MaxFruitless, error = $"The training ended without a result {MaxFruitless} times: its process stopped or was too slow for its lease." });
        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM training_jobs WHERE state = 1 AND lease_until >= @now", new { now }) >= _options.MaxTrainings)
        {
            return null;
        }

        string? jobId = connection.ExecuteScalar<string?>(
            "SELECT job_id FROM training_jobs WHERE state = 0 OR (state = 1 AND lease_until < @now) ORDER BY priority DESC, sequence LIMIT 1", new { now });
        if (jobId is null)
        {
            return null;
        }

        var token = Guid.NewGuid();
        connection.Execute(
            """
            UPDATE training_jobs
            SET state = 1, attempts = attempts + 1, fruitless = fruitless + 1, progress = NULL, updated_at = @now, lease_token = @token, lease_until = @until
            WHERE job_id = @jobId
            """,
            new { jobId, now, token = token.ToString(), until = Until(duration) });
        return new TrainingJobLease(Find(connection, jobId), token, _folder.CheckpointFile(jobId));
    }

    private async Task<bool> EndAsync(TrainingJobLease lease, TrainingJobState state, string? modelId, string? error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        bool ended = await WriteAsync(
            "Ending a training job",
            c => c.Execute(
                $"UPDATE training_jobs SET state = @state, model_id = @modelId, error = @error, updated_at = @now WHERE {Owned}",
                new { state = (int)state, modelId, error, now = Now(), lease.Job.JobId, token = lease.Token.ToString() }) == 1,
            cancellationToken).ConfigureAwait(false);
        if (ended)
        {
            File.Delete(_folder.CheckpointFile(lease.Job.JobId));
        }

        return ended;
    }

    /// <summary>Of jobs that have ended: a process stopped between the end and the removal, or wrote once more after the job was cancelled.</summary>
    private void RemoveCheckpoints()
    {
        HashSet<string> open = [.. _folder.ReadAlone(c => c.Query<string>("SELECT job_id FROM training_jobs WHERE state IN (0, 1)").AsList()).Select(_folder.CheckpointFile)];
        foreach (string file in Directory.EnumerateFiles(_folder.Checkpoints).Where(f => !open.Contains(f)).ToList())
        {
            File.Delete(file);
        }
    }
}
