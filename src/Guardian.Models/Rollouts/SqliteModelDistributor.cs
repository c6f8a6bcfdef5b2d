using System.Runtime.CompilerServices;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Rollouts;

/// <summary>Deployments and rollouts as rows in SQLite; the files stay in the catalog.</summary>
internal sealed partial class SqliteModelDistributor(ModelsFolder folder, IModelCatalog catalog, IDatasetStore datasets, TimeProvider time, ILogger log) : IModelDistributor
{
    private const string Open = "(0, 1)";

    private readonly EdgeSignals _signals = new();
    private readonly ProbeFrames _probes = new(folder, catalog, datasets, log);

    public async Task<ModelDeployment> CreateAsync(string cameraId, string edgeId, string modelId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        Identifiers.ThrowIfNotEdge(edgeId);
        CatalogModel model = await RequireUsableAsync(modelId, cameraId, cancellationToken).ConfigureAwait(false);
        await _probes.EnsureAsync(model, cancellationToken).ConfigureAwait(false);
        DeploymentRow row = await Failures.WrapAsync(
            "Ordering a deployment",
            () => folder.Database.WriteAsync(
                c =>
                {
                    TakeOver(c, edgeId, cameraId, "an order for this camera alone");
                    return Order(c, edgeId, cameraId, model.ModelId, model.Size, model.Sha256);
                },
                cancellationToken)).ConfigureAwait(false);
        _signals.Raise([edgeId]);
        return row.ToDeployment();
    }

    public async Task<ModelDeployment?> GetAsync(string deploymentId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deploymentId);
        DeploymentRow? row = await folder.Database.ReadAsync(c => Find(c, deploymentId), cancellationToken).ConfigureAwait(false);
        return row?.ToDeployment();
    }

    public async Task<IReadOnlyList<ModelDeployment>> PendingForEdgeAsync(string edgeId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotEdge(edgeId);
        List<DeploymentRow> rows = await OpenAfterAsync(edgeId, 0, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToDeployment())];
    }

    public async IAsyncEnumerable<ModelDeployment> WatchAsync(string edgeId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotEdge(edgeId);
        ChangeSignal signal = _signals.Of(edgeId);
        long last = 0;
        while (true)
        {
            Task changed = signal.Next;
            foreach (DeploymentRow row in await OpenAfterAsync(edgeId, last, cancellationToken).ConfigureAwait(false))
            {
                last = row.Sequence;
                yield return row.ToDeployment();
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<Stream> OpenModelAsync(string deploymentId, long offset, CancellationToken cancellationToken)
    {
        ModelDeployment deployment = await GetAsync(deploymentId, cancellationToken).ConfigureAwait(false)
            ?? throw new ModelException($"There is no deployment {deploymentId}.");
        if (deployment.State is DeploymentState.Superseded or DeploymentState.Failed || deployment.IsWithdrawal)
        {
            throw new ModelException(deployment.IsWithdrawal ? $"Deployment {deploymentId} brings no model." : $"Deployment {deploymentId} has ended ({deployment.State}).");
        }

        if (offset < 0 || offset > deployment.Size)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The offset must be from 0 to the file's size, {deployment.Size}.");
        }

        Stream stream = await OpenFileAsync(deployment, cancellationToken).ConfigureAwait(false);
        try
        {
            stream.Seek(offset, SeekOrigin.Begin);
            await Failures.WrapAsync(
                "Recording a download",
                () => folder.Database.WriteAsync(
                    c => Move(c, deploymentId, DeploymentState.Pending, DeploymentState.Downloading), cancellationToken)).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<IReadOnlyList<ProbeFrame>> ProbeFramesAsync(string modelId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        return _probes.GetAsync(modelId, cancellationToken);
    }

    public async Task<ModelDeployment?> ReportAsync(string deploymentId, string edgeId, DeploymentReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        Identifiers.ThrowIfNotEdge(edgeId);
        ModelDeployment? deployment = await GetAsync(deploymentId, cancellationToken).ConfigureAwait(false);
        if (deployment is null || deployment.EdgeId != edgeId)
        {
            return null;
        }

        if (deployment.State is not (DeploymentState.Pending or DeploymentState.Downloading))
        {
            return deployment;
        }

        (string, bool)? failure = await JudgeAsync(deployment, report, cancellationToken).ConfigureAwait(false);
        return await EndAsync(deployment, report, failure, cancellationToken).ConfigureAwait(false);
    }

    private static DeploymentRow? Find(SqliteConnection connection, string deploymentId) => connection.QuerySingleOrDefault<DeploymentRow>(
        $"SELECT {DeploymentRow.Columns} FROM deployments WHERE deployment_id = @deploymentId", new { deploymentId });

    private static CameraAssignment? AssignmentOf(SqliteConnection connection, string edgeId, string cameraId) => connection.QuerySingleOrDefault<AssignmentRow>(
        $"SELECT {AssignmentRow.Columns} FROM assignments WHERE edge_id = @edgeId AND camera_id = @cameraId", new { edgeId, cameraId })?.ToAssignment();

    private async Task<CatalogModel> RequireUsableAsync(string modelId, string cameraId, CancellationToken cancellationToken)
    {
        CatalogModel model = await catalog.GetAsync(modelId, cancellationToken).ConfigureAwait(false) ?? throw new ModelException($"There is no model {modelId} in the catalog.");
        if (model.CameraId is not null && model.CameraId != cameraId)
        {
            throw new ModelException($"Model {modelId} was made for camera {model.CameraId} and cannot be deployed for {cameraId}.");
        }

        return model.Status is ModelStatus.Failed or ModelStatus.Training
            ? throw new ModelException(model.Status == ModelStatus.Failed ? $"Model {modelId} has failed and cannot be deployed." : $"Model {modelId} is still trained and cannot be deployed.")
            : model;
    }

    private Task<List<DeploymentRow>> OpenAfterAsync(string edgeId, long sequence, CancellationToken cancellationToken) => folder.Database.ReadAsync(
        c => c.Query<DeploymentRow>(
            $"SELECT {DeploymentRow.Columns} FROM deployments WHERE edge_id = @edgeId AND state IN {Open} AND sequence > @sequence ORDER BY sequence",
            new { edgeId, sequence }).AsList(),
        cancellationToken);

    /// <summary>What the edge is to have for the camera, if that is not on its way or there already.</summary>
    private DeploymentRow Order(SqliteConnection connection, string edgeId, string cameraId, string modelId, long size, string sha256)
    {
        DeploymentRow? newest = connection.QueryFirstOrDefault<DeploymentRow>(
            $"SELECT {DeploymentRow.Columns} FROM deployments WHERE edge_id = @edgeId AND camera_id = @cameraId AND state IN (0, 1, 2) ORDER BY sequence DESC LIMIT 1", new { edgeId, cameraId });
        return newest is { IsWithdrawal: false } && newest.ModelId == modelId ? newest : Insert(connection, edgeId, cameraId, modelId, size, sha256, isWithdrawal: false);
    }

    /// <summary>The edge is to go on without a model for the camera.</summary>
    private DeploymentRow OrderWithdrawal(SqliteConnection connection, string edgeId, string cameraId, string modelId) =>
        Insert(connection, edgeId, cameraId, modelId, 0, "", isWithdrawal: true);

    private DeploymentRow Insert(SqliteConnection connection, string edgeId, string cameraId, string modelId, long size, string sha256, bool isWithdrawal)
    {
        long now = SqlTime.ToSql(time.GetUtcNow());
        connection.Execute(
            $"UPDATE deployments SET state = 4, updated_at = @now WHERE edge_id = @edgeId AND camera_id = @cameraId AND state IN {Open}",
            new { cameraId, edgeId, now });
        string deploymentId = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        connection.Execute(
            """
            INSERT INTO deployments (deployment_id, camera_id, edge_id, model_id, state, size, sha256, is_withdrawal, created_at, updated_at)
            VALUES (@deploymentId, @cameraId, @edgeId, @modelId, 0, @size, @sha256, @isWithdrawal, @now, @now)
            """,
            new { deploymentId, cameraId, edgeId, modelId, size, sha256, isWithdrawal, now });
        return Find(connection, deploymentId)!;
    }

    private bool Move(SqliteConnection connection, string deploymentId, DeploymentState from, DeploymentState to) => connection.Execute(
        "UPDATE deployments SET state = @to, updated_at = @now WHERE deployment_id = @deploymentId AND state = @from",
        new { deploymentId, from = (int)from, to = (int)to, now = SqlTime.ToSql(time.GetUtcNow()) }) == 1;

    /// <summary>A model that has failed since it was ordered will never arrive: that is the deployment's outcome.</summary>
    private async Task<Stream> OpenFileAsync(ModelDeployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.OpenAsync(deployment.ModelId, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelException e) when (!e.IsTransient && deployment.State is DeploymentState.Pending or DeploymentState.Downloading)
        {
            var report = new DeploymentReport { Success = false, Error = e.Message };
            await EndAsync(deployment, report, (e.Message, false), cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(string Reason, bool IsProbe)?> JudgeAsync(ModelDeployment deployment, DeploymentReport report, CancellationToken cancellationToken)
    {
        if (deployment.IsWithdrawal)
        {
            return DeploymentVerdict.Failure(report, deployment, null, []);
        }

        CatalogModel? model = await catalog.GetAsync(deployment.ModelId, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ProbeFrame> frames = await _probes.GetAsync(deployment.ModelId, cancellationToken).ConfigureAwait(false);
        if (DeploymentVerdict.Failure(report, deployment, model?.ProbeScore, frames) is { } failure)
        {
            return failure;
        }

        try
        {
            // Before the row: if the process ends between the two, the edge reports again and both are done.
            return await catalog.SetStatusAsync(deployment.ModelId, ModelStatus.Active, cancellationToken).ConfigureAwait(false) ? null : ("The model is not in the catalog any more.", false);
        }
        catch (ModelException e) when (!e.IsTransient)
        {
            return (e.Message, false);
        }
    }

    private async Task<ModelDeployment> EndAsync(ModelDeployment deployment, DeploymentReport report, (string Reason, bool IsProbe)? failure, CancellationToken cancellationToken)
    {
        (DeploymentRow row, string? former) = await Failures.WrapAsync(
            "Recording a deployment's outcome",
            () => folder.Database.WriteAsync(c => End(c, deployment.DeploymentId, report, failure), cancellationToken)).ConfigureAwait(false);
        ModelDeployment ended = row.ToDeployment();
        LogOutcome(ended);
        if (former is not null)
        {
            await RetireAsync(former, cancellationToken).ConfigureAwait(false);
        }

        return ended;
    }

    /// <returns>The deployment, and the model that the edge has left with it.</returns>
    private (DeploymentRow Row, string? Former) End(SqliteConnection connection, string deploymentId, DeploymentReport report, (string Reason, bool IsProbe)? failure)
    {
        long now = SqlTime.ToSql(time.GetUtcNow());
        DeploymentState state = failure is null ? DeploymentState.Active : DeploymentState.Failed;
        double? probe = Finite(report.ProbeScore), milliseconds = Finite(report.MillisecondsPerFrame);
        string? sha256 = report.Sha256 is { Length: > 64 } s ? s[..64] : report.Sha256;
        int ended = connection.Execute(
            $"""
            UPDATE deployments SET state = @state, updated_at = @now, reported_sha256 = @sha256, probe_score = @probe, milliseconds = @milliseconds, error = @reason, is_probe_failure = @isProbe
            WHERE deployment_id = @deploymentId AND state IN {Open}
            """,
            new { deploymentId, state = (int)state, now, sha256, probe, milliseconds, reason = failure?.Reason, isProbe = failure?.IsProbe == true });
        DeploymentRow row = Find(connection, deploymentId)!;
        if (ended == 0)
        {
            return (row, null);
        }

        EndTarget(connection, row, failure);
        if (failure is not null)
        {
            return (row, null);
        }

        connection.Execute(
            "UPDATE deployments SET state = 4, updated_at = @now WHERE edge_id = @EdgeId AND camera_id = @CameraId AND state = 2 AND deployment_id <> @deploymentId",
            new { row.EdgeId, row.CameraId, deploymentId, now });
        string? former = AssignmentOf(connection, row.EdgeId, row.CameraId)?.ModelId;
        connection.Execute(
            row.IsWithdrawal
                ? "DELETE FROM assignments WHERE edge_id = @EdgeId AND camera_id = @CameraId"
                : """
                  INSERT INTO assignments (edge_id, camera_id, model_id, previous_model_id, deployment_id, since) VALUES (@EdgeId, @CameraId, @ModelId, NULL, @DeploymentId, @now)
                  ON CONFLICT (edge_id, camera_id) DO UPDATE SET previous_model_id = CASE WHEN model_id = @ModelId THEN previous_model_id ELSE model_id END,
                      model_id = @ModelId, deployment_id = @DeploymentId, since = @now
                  """,
            new { row.EdgeId, row.CameraId, row.ModelId, row.DeploymentId, now });
        return (row, former == row.ModelId && !row.IsWithdrawal ? null : former);
    }

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    /// <summary>A model that no edge works with any more is archived.</summary>
    private async Task RetireAsync(string modelId, CancellationToken cancellationToken)
    {
        long users = await folder.Database.ReadAsync(c => c.ExecuteScalar<long>("SELECT COUNT(*) FROM assignments WHERE model_id = @modelId", new { modelId }), cancellationToken).ConfigureAwait(false);
        if (users == 0 && await catalog.GetAsync(modelId, cancellationToken).ConfigureAwait(false) is { Status: ModelStatus.Active })
        {
            await catalog.SetStatusAsync(modelId, ModelStatus.Archived, cancellationToken).ConfigureAwait(false);
        }
    }

    private void LogOutcome(ModelDeployment deployment)
    {
        GuardianModelsTelemetry.DeploymentReports.Add(1, new KeyValuePair<string, object?>("outcome", deployment.State.ToString()));
        if (deployment.State == DeploymentState.Failed)
        {
            log.DeploymentFailed(deployment.DeploymentId, deployment.EdgeId, deployment.ModelId, deployment.Error ?? "");
        }
        else
        {
            log.DeploymentActive(deployment.DeploymentId, deployment.EdgeId, deployment.ModelId);
        }
    }
}
