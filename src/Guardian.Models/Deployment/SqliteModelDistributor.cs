using System.Runtime.CompilerServices;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Deployment;

/// <summary>Deployments as rows in SQLite; the files stay in the catalog.</summary>
internal sealed class SqliteModelDistributor(ModelsFolder folder, IModelCatalog catalog, TimeProvider time, ILogger log) : IModelDistributor
{
    private const string Open = "(0, 1)";

    private readonly ChangeSignal _created = new();

    public async Task<ModelDeployment> CreateAsync(string cameraId, string edgeId, string modelId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        Identifiers.ThrowIfNotEdge(edgeId);
        CatalogModel model = await RequireAsync(modelId, cancellationToken).ConfigureAwait(false);
        if (model.CameraId != cameraId)
        {
            throw new ModelException($"Model {modelId} was trained for camera {model.CameraId} and cannot be deployed for {cameraId}.");
        }

        if (model.Status == ModelStatus.Failed)
        {
            throw new ModelException($"Model {modelId} has failed and cannot be deployed.");
        }

        DeploymentRow row = await Failures.WrapAsync(
            "Ordering a deployment", () => folder.Database.WriteAsync(c => Create(c, model, edgeId), cancellationToken)).ConfigureAwait(false);
        _created.Raise();
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
        long last = 0;
        while (true)
        {
            Task created = _created.Next;
            foreach (DeploymentRow row in await OpenAfterAsync(edgeId, last, cancellationToken).ConfigureAwait(false))
            {
                last = row.Sequence;
                yield return row.ToDeployment();
            }

            await created.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<Stream> OpenModelAsync(string deploymentId, long offset, CancellationToken cancellationToken)
    {
        ModelDeployment deployment = await GetAsync(deploymentId, cancellationToken).ConfigureAwait(false)
            ?? throw new ModelException($"There is no deployment {deploymentId}.");
        if (deployment.State == DeploymentState.Superseded)
        {
            throw new ModelException($"Deployment {deploymentId} was superseded by a later one.");
        }

        if (offset < 0 || offset > deployment.Size)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The offset must be from 0 to the file's size, {deployment.Size}.");
        }

        Stream stream = await catalog.OpenAsync(deployment.ModelId, cancellationToken).ConfigureAwait(false);
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

        CatalogModel model = await RequireAsync(deployment.ModelId, cancellationToken).ConfigureAwait(false);
        string? failure = DeploymentVerdict.ReasonOfFailure(report, deployment.Sha256, model.Metadata.ProbeScore);
        if (failure is null)
        {
            // Before the row: if the process ends between the two, the edge reports again and both are done.
            await catalog.SetStatusAsync(model.ModelId, ModelStatus.Active, cancellationToken).ConfigureAwait(false);
        }

        DeploymentRow row = await Failures.WrapAsync(
            "Recording a deployment's outcome",
            () => folder.Database.WriteAsync(c => End(c, deploymentId, report, failure), cancellationToken)).ConfigureAwait(false);
        LogOutcome(row.ToDeployment());
        return row.ToDeployment();
    }

    private static DeploymentRow? Find(SqliteConnection connection, string deploymentId) => connection.QuerySingleOrDefault<DeploymentRow>(
        $"SELECT {DeploymentRow.Columns} FROM deployments WHERE deployment_id = @deploymentId", new { deploymentId });

    private async Task<CatalogModel> RequireAsync(string modelId, CancellationToken cancellationToken) =>
        await catalog.GetAsync(modelId, cancellationToken).ConfigureAwait(false) ?? throw new ModelException($"There is no model {modelId} in the catalog.");

    private Task<List<DeploymentRow>> OpenAfterAsync(string edgeId, long sequence, CancellationToken cancellationToken) => folder.Database.ReadAsync(
        c => c.Query<DeploymentRow>(
            $"SELECT {DeploymentRow.Columns} FROM deployments WHERE edge_id = @edgeId AND state IN {Open} AND sequence > @sequence ORDER BY sequence",
            new { edgeId, sequence }).AsList(),
        cancellationToken);

    private DeploymentRow Create(SqliteConnection connection, CatalogModel model, string edgeId)
    {
        var same = new { model.CameraId, edgeId, model.ModelId };
        DeploymentRow? existing = connection.QueryFirstOrDefault<DeploymentRow>(
            $"""
            SELECT {DeploymentRow.Columns} FROM deployments
            WHERE edge_id = @edgeId AND camera_id = @CameraId AND model_id = @ModelId AND state IN (0, 1, 2)
            """,
            same);
        if (existing is not null)
        {
            return existing;
        }

        long now = SqlTime.ToSql(time.GetUtcNow());
        connection.Execute(
            $"UPDATE deployments SET state = 4, updated_at = @now WHERE edge_id = @edgeId AND camera_id = @CameraId AND state IN {Open}",
            new { model.CameraId, edgeId, now });
        string deploymentId = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        connection.Execute(
            """
            INSERT INTO deployments (deployment_id, camera_id, edge_id, model_id, state, size, sha256, created_at, updated_at)
            VALUES (@deploymentId, @CameraId, @edgeId, @ModelId, 0, @Size, @Sha256, @now, @now)
            """,
            new { deploymentId, model.CameraId, edgeId, model.ModelId, model.Size, model.Sha256, now });
        return Find(connection, deploymentId)!;
    }

    private bool Move(SqliteConnection connection, string deploymentId, DeploymentState from, DeploymentState to) => connection.Execute(
        "UPDATE deployments SET state = @to, updated_at = @now WHERE deployment_id = @deploymentId AND state = @from",
        new { deploymentId, from = (int)from, to = (int)to, now = SqlTime.ToSql(time.GetUtcNow()) }) == 1;

    private DeploymentRow End(SqliteConnection connection, string deploymentId, DeploymentReport report, string? failure)
    {
        long now = SqlTime.ToSql(time.GetUtcNow());
        DeploymentState state = failure is null ? DeploymentState.Active : DeploymentState.Failed;
        double? probe = report.ProbeScore is { } p && double.IsFinite(p) ? p : null;
        string? sha256 = report.Sha256 is { Length: > 64 } s ? s[..64] : report.Sha256;
        int ended = connection.Execute(
            $"""
            UPDATE deployments SET state = @state, updated_at = @now, reported_sha256 = @sha256, probe_score = @probe, error = @failure
            WHERE deployment_id = @deploymentId AND state IN {Open}
            """,
            new { deploymentId, state = (int)state, now, sha256, probe, failure });
        DeploymentRow row = Find(connection, deploymentId)!;
        if (ended == 1 && failure is null)
        {
            connection.Execute(
                "UPDATE deployments SET state = 4, updated_at = @now WHERE edge_id = @EdgeId AND camera_id = @CameraId AND state = 2 AND deployment_id <> @deploymentId",
                new { row.EdgeId, row.CameraId, deploymentId, now });
        }

        return row;
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
