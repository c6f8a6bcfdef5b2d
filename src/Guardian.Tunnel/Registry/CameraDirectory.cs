using System.Text.Json;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>Which edge speaks for which camera, and what is known of each. A camera has one edge; an edge speaks for at most 256.</summary>
public sealed class CameraDirectory
{
    /// <summary>Normal snapshots needed for training when the edge names no number.</summary>
    public const int DefaultRequiredSnapshots = 50;

    /// <summary>Cameras of one edge at the most.</summary>
    public const int MaxPerEdge = 256;

    private const string Columns = "id, edge_id, name, type, enabled, status, required_snapshots, readiness, updated_at, labels, labelled_snapshots";

    private readonly RegistryDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;

    internal CameraDirectory(RegistryDatabase database, AuditLog audit, TimeProvider time)
    {
        _database = database;
        _audit = audit;
        _time = time;
    }

    /// <summary>Every camera, or those of one edge, by id.</summary>
    public Task<IReadOnlyList<RegisteredCamera>> ListAsync(EdgeId? edge, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<RegisteredCamera>>(
        c => [.. c.Query<CameraRow>($"SELECT {Columns} FROM cameras {(edge is null ? "" : "WHERE edge_id = @EdgeId")} ORDER BY id", new { EdgeId = edge?.ToString() }).Select(r => r.ToCamera())],
        cancellationToken);

    /// <summary>One camera.</summary>
    /// <returns>Null when no edge speaks for it.</returns>
    public Task<RegisteredCamera?> GetAsync(string cameraId, CancellationToken cancellationToken) => _database.ReadAsync(c => Find(c, cameraId), cancellationToken);

    /// <summary>
    /// Lets an edge speak for a camera, from now on that edge alone: a camera of another edge is moved with all that is known of it. The edge names no cameras itself afterwards.
    /// </summary>
    /// <param name="edge">The edge.</param>
    /// <param name="cameraId">The camera.</param>
    /// <param name="actor">Who assigns it, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">There is no such edge, it has its 256 cameras, or the id is not a camera's.</exception>
    public Task AssignAsync(EdgeId edge, string cameraId, string actor, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            if (c.Execute("UPDATE edges SET cameras_fixed = 1 WHERE id = @Id", new { Id = edge.ToString() }) == 0)
            {
                throw new TunnelException($"{edge}: there is no edge of this id");
            }

            Assign(c, edge, cameraId, actor, mayMove: true);
        },
        cancellationToken);

    /// <summary>Takes a camera from its edge: nobody speaks for it until it is assigned anew.</summary>
    /// <returns>False when no edge speaks for it.</returns>
    public Task<bool> ReleaseAsync(string cameraId, string actor, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            if (Find(c, cameraId) is not { } camera)
            {
                return false;
            }

            c.Execute("DELETE FROM cameras WHERE id = @Id", new { Id = cameraId });
            c.Execute("UPDATE edges SET cameras_fixed = 1 WHERE id = @Id", new { Id = camera.EdgeId.ToString() });
            _audit.Record(c, AuditAction.CameraReleased, actor, null, camera.EdgeId, cameraId);
            RegistryDatabase.Raise(c, RegistryTopic.Cameras);
            return true;
        },
        cancellationToken);

    /// <summary>Records how far a camera is on its way to a model. What changed is announced by the gateway.</summary>
    /// <returns>False when no edge speaks for the camera.</returns>
    public Task<bool> SetReadinessAsync(string cameraId, CameraReadinessState readiness, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            if (c.Execute("UPDATE cameras SET readiness = @Readiness WHERE id = @Id AND readiness <> @Readiness", new { Id = cameraId, Readiness = (int)readiness }) == 1)
            {
                RegistryDatabase.Raise(c, RegistryTopic.Cameras);
                return true;
            }

            return Find(c, cameraId) is not null;
        },
        cancellationToken);

    internal static bool IsCameraId(string text) =>
        text.Length is >= 1 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');

    /// <summary>
    /// Takes over what an edge says of its cameras: all of it, or nothing when one of them is not the edge's to speak for.
    /// </summary>
    /// <param name="edge">The edge.</param>
    /// <param name="cameras">What it says.</param>
    /// <param name="claimWindow">How long after its enrolment an edge may name cameras itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null, or the first camera that is refused.</returns>
    internal Task<(string CameraId, CameraRefusal Reason)?> SyncAsync(EdgeId edge, IReadOnlyList<ReportedCamera> cameras, TimeSpan claimWindow, CancellationToken cancellationToken) =>
        _database.WriteAsync<(string, CameraRefusal)?>(
            c =>
            {
                var unknown = new List<string>();
                foreach (ReportedCamera camera in cameras)
                {
                    if (Find(c, camera.Id) is not { } known)
                    {
                        unknown.Add(camera.Id);
                    }
                    else if (known.EdgeId != edge)
                    {
                        return (camera.Id, CameraRefusal.AnotherEdges);
                    }
                }

                if (unknown.Count > 0 && !MayClaim(c, edge, claimWindow))
                {
                    return (unknown[0], CameraRefusal.NotAssigned);
                }

                unknown.ForEach(id => Assign(c, edge, id, Actors.Edge, mayMove: false));
                bool changed = false;
                foreach (ReportedCamera camera in cameras)
                {
                    changed |= Update(c, camera);
                }

                if (changed)
                {
                    RegistryDatabase.Raise(c, RegistryTopic.Cameras);
                }

                return null;
            },
            cancellationToken);

    /// <summary>Whether an edge may speak for a camera: it does so already, or nobody does and it may still name cameras itself. Edges in the field send events before they report cameras.</summary>
    /// <returns>Null when it may.</returns>
    internal async Task<CameraRefusal?> CheckAsync(EdgeId edge, string cameraId, TimeSpan claimWindow, CancellationToken cancellationToken)
    {
        RegisteredCamera? camera = await GetAsync(cameraId, cancellationToken).ConfigureAwait(false);
        return camera is not null
            ? camera.EdgeId == edge ? null : CameraRefusal.AnotherEdges
            : await ClaimOneAsync(edge, cameraId, claimWindow, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives an enrolling edge the cameras that it asks for, within the enrolment's transaction.</summary>
    /// <exception cref="CameraClaimException">One of them is another edge's, or the operator named the edge's cameras and it is not among them.</exception>
    internal void Claim(SqliteConnection connection, EdgeId edge, IReadOnlyList<string> cameraIds)
    {
        bool isFixed = connection.ExecuteScalar<long>("SELECT cameras_fixed FROM edges WHERE id = @Id", new { Id = edge.ToString() }) != 0;
        foreach (string id in cameraIds)
        {
            RegisteredCamera? camera = Find(connection, id);
            if (camera?.EdgeId != edge && (camera is not null || isFixed))
            {
                throw new CameraClaimException(edge, id);
            }

            Assign(connection, edge, id, Actors.Edge, mayMove: false);
        }
    }

    /// <summary>Makes a camera an edge's.</summary>
    /// <exception cref="TunnelException">The id is not a camera's, the edge has its 256, or the camera is another edge's and may not be moved.</exception>
    internal void Assign(SqliteConnection connection, EdgeId edge, string cameraId, string actor, bool mayMove)
    {
        if (!IsCameraId(cameraId))
        {
            throw new TunnelException("camera: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed");
        }

        RegisteredCamera? camera = Find(connection, cameraId);
        if (camera?.EdgeId == edge)
        {
            return;
        }

        if (camera is not null && !mayMove)
        {
            throw new TunnelException($"camera {cameraId}: another edge speaks for it; release or move it first");
        }

        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM cameras WHERE edge_id = @Id", new { Id = edge.ToString() }) >= MaxPerEdge)
        {
            throw new TunnelException($"cameras: an edge speaks for at most {MaxPerEdge}");
        }

        connection.Execute(
            """
            INSERT INTO cameras (id, edge_id, name, type, enabled, status, required_snapshots, readiness, updated_at)
            VALUES (@Id, @EdgeId, @Id, '', 1, '', @Required, @Readiness, @Now)
            ON CONFLICT (id) DO UPDATE SET edge_id = excluded.edge_id
            """,
            new { Id = cameraId, EdgeId = edge.ToString(), Required = DefaultRequiredSnapshots, Readiness = (int)CameraReadinessState.NeedsSnapshots, Now });
        _audit.Record(connection, AuditAction.CameraAssigned, actor, null, edge, camera is null ? cameraId : $"{cameraId}, until now {camera.EdgeId}");
        RegistryDatabase.Raise(connection, RegistryTopic.Cameras);
    }

    private Task<CameraRefusal?> ClaimOneAsync(EdgeId edge, string cameraId, TimeSpan claimWindow, CancellationToken cancellationToken) => _database.WriteAsync<CameraRefusal?>(
        c =>
        {
            if (Find(c, cameraId) is { } camera)
            {
                return camera.EdgeId == edge ? null : CameraRefusal.AnotherEdges;
            }

            if (!MayClaim(c, edge, claimWindow))
            {
                return CameraRefusal.NotAssigned;
            }

            Assign(c, edge, cameraId, Actors.Edge, mayMove: false);
            return null;
        },
        cancellationToken);

    private bool MayClaim(SqliteConnection connection, EdgeId edge, TimeSpan claimWindow) => connection.ExecuteScalar<long>(
        "SELECT COUNT(*) FROM edges WHERE id = @Id AND cameras_fixed = 0 AND enrolled_at > @Since",
        new { Id = edge.ToString(), Since = SqlTime.ToSql(_time.GetUtcNow() - claimWindow) }) != 0;

    /// <summary>False when the edge says what it said before.</summary>
    private bool Update(SqliteConnection connection, ReportedCamera camera) => connection.Execute(
        """
        UPDATE cameras SET name = @Name, type = @Type, enabled = @Enabled, status = @Status, required_snapshots = @Required, labels = @Labels,
            labelled_snapshots = @LabelledSnapshots, updated_at = @Now
        WHERE id = @Id AND (name, type, enabled, status, required_snapshots, labels, labelled_snapshots) IS NOT (@Name, @Type, @Enabled, @Status, @Required, @Labels, @LabelledSnapshots)
        """,
        new
        {
            camera.Id,
            Name = camera.Name.Length == 0 ? camera.Id : camera.Name,
            camera.Type,
            camera.Enabled,
            camera.Status,
            Required = camera.RequiredSnapshots == 0 ? DefaultRequiredSnapshots : camera.RequiredSnapshots,
            Labels = JsonSerializer.Serialize(new SortedDictionary<string, int>(camera.Labels.ToDictionary(), StringComparer.Ordinal), RegistryJson.Default.SortedDictionaryStringInt32),
            camera.LabelledSnapshots,
            Now,
        }) == 1;

    private static RegisteredCamera? Find(SqliteConnection connection, string cameraId) =>
        connection.QuerySingleOrDefault<CameraRow>($"SELECT {Columns} FROM cameras WHERE id = @Id", new { Id = cameraId })?.ToCamera();

    private long Now => SqlTime.ToSql(_time.GetUtcNow());
}
