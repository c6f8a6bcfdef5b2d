using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// Who may connect and for which cameras it may speak. One SQLite file, read anew for every decision, so that what an operator's command changes in another
/// process counts at once. Safe for use by many threads and processes.
/// </summary>
public sealed class EdgeRegistry : IAsyncDisposable
{
    /// <summary>Normal snapshots needed for training when the edge names no number.</summary>
    public const int DefaultRequiredSnapshots = 50;

    private const int MaxName = 128, MaxEdges = 10_000, MaxCamerasPerEdge = 256;
    private const int TokenBytes = 32;
    private const string EdgeColumns = "id, name, state, added_at, enrolled_at, last_seen_at, certificate_expires_at, software, telemetry";
    private const string CameraColumns = "id, edge_id, name, type, enabled, status, required_snapshots, readiness, updated_at";

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;

    /// <summary>Opens or creates the registry.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The file cannot be opened, or a newer program wrote it.</exception>
    public EdgeRegistry(string path, TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        try
        {
            _database = new SqliteDatabase(path, RegistrySchema.Migrations);
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException)
        {
            throw new TunnelException($"registry: {e.Message}", innerException: e);
        }
    }

    /// <summary>Adds an edge and makes its one-time token.</summary>
    /// <param name="name">The operator's name for it: 1 to 128 characters, none of them control characters.</param>
    /// <param name="tokenLifetime">How long the token is good.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The edge, the token (kept only as a hash) and when it expires.</returns>
    /// <exception cref="TunnelException">The name is out of range, or there are too many edges.</exception>
    public Task<(RegisteredEdge Edge, string Token, DateTimeOffset ExpiresAt)> AddEdgeAsync(string name, TimeSpan tokenLifetime, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl))
        {
            throw new TunnelException($"name: 1 to {MaxName} characters are needed, none of them control characters");
        }

        string token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        DateTimeOffset now = _time.GetUtcNow();
        var edge = new RegisteredEdge { Id = EdgeId.New(), Name = name, State = EdgeState.Pending, AddedAt = now };
        return WriteAsync(
            c =>
            {
                if (c.ExecuteScalar<long>("SELECT COUNT(*) FROM edges") >= MaxEdges)
                {
                    throw new TunnelException($"edges: the registry holds its limit of {MaxEdges}");
                }

                c.Execute(
                    "INSERT INTO edges (id, name, state, added_at) VALUES (@Id, @Name, @State, @Now)",
                    new { Id = edge.Id.ToString(), Name = name, State = (int)EdgeState.Pending, Now = SqlTime.ToSql(now) });
                c.Execute(
                    "INSERT INTO tokens (hash, edge_id, expires_at) VALUES (@Hash, @EdgeId, @ExpiresAt)",
                    new { Hash = HashOf(token), EdgeId = edge.Id.ToString(), ExpiresAt = SqlTime.ToSql(now + tokenLifetime) });
                return (edge, token, now + tokenLifetime);
            },
            cancellationToken);
    }

    /// <summary>Every edge, oldest first.</summary>
    public Task<IReadOnlyList<RegisteredEdge>> ListEdgesAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<RegisteredEdge>>(
        c => [.. c.Query<EdgeRow>($"SELECT {EdgeColumns} FROM edges ORDER BY added_at, id").Select(r => r.ToEdge())], cancellationToken);

    /// <summary>One edge.</summary>
    /// <returns>Null when there is none of that id.</returns>
    public Task<RegisteredEdge?> GetEdgeAsync(EdgeId id, CancellationToken cancellationToken) => ReadAsync(
        c => c.QuerySingleOrDefault<EdgeRow>($"SELECT {EdgeColumns} FROM edges WHERE id = @Id", new { Id = id.ToString() })?.ToEdge(), cancellationToken);

    /// <summary>Shuts an edge out for good. Its next call is refused; its token, when unused, is worthless.</summary>
    /// <returns>False when there is none of that id, or it was revoked before.</returns>
    public Task<bool> RevokeEdgeAsync(EdgeId id, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute(
            "UPDATE edges SET state = @Revoked WHERE id = @Id AND state <> @Revoked", new { Id = id.ToString(), Revoked = (int)EdgeState.Revoked }) == 1,
        cancellationToken);

    /// <summary>Every camera, or those of one edge, by id.</summary>
    public Task<IReadOnlyList<RegisteredCamera>> ListCamerasAsync(EdgeId? edge, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<RegisteredCamera>>(
        c => [.. c.Query<CameraRow>(
            $"SELECT {CameraColumns} FROM cameras {(edge is null ? "" : "WHERE edge_id = @EdgeId")} ORDER BY id", new { EdgeId = edge?.ToString() }).Select(r => r.ToCamera())],
        cancellationToken);

    /// <summary>One camera.</summary>
    /// <returns>Null when no edge has reported it.</returns>
    public Task<RegisteredCamera?> GetCameraAsync(string cameraId, CancellationToken cancellationToken) => ReadAsync(
        c => c.QuerySingleOrDefault<CameraRow>($"SELECT {CameraColumns} FROM cameras WHERE id = @Id", new { Id = cameraId })?.ToCamera(), cancellationToken);

    /// <summary>Records how far a camera is on its way to a model.</summary>
    /// <returns>False when no edge has reported the camera.</returns>
    public Task<bool> SetReadinessAsync(string cameraId, CameraReadinessState readiness, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute("UPDATE cameras SET readiness = @Readiness WHERE id = @Id", new { Id = cameraId, Readiness = (int)readiness }) == 1, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Spends a token. What <paramref name="issue"/> returns is recorded in the same transaction, so a token is spent exactly when a certificate exists.</summary>
    /// <returns>Null when the token is unknown, spent, expired or its edge revoked; the caller is not told which.</returns>
    internal Task<(EdgeId Edge, T Issued)?> RedeemTokenAsync<T>(string token, string software, Func<EdgeId, (T Issued, DateTimeOffset ExpiresAt)> issue, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return WriteAsync<(EdgeId, T)?>(
            c =>
            {
                string? id = c.ExecuteScalar<string?>(
                    """
                    UPDATE tokens SET used_at = @Now WHERE hash = @Hash AND used_at IS NULL AND expires_at > @Now
                        AND edge_id IN (SELECT id FROM edges WHERE state <> @Revoked)
                    RETURNING edge_id
                    """,
                    new { Hash = HashOf(token), Now = SqlTime.ToSql(now), Revoked = (int)EdgeState.Revoked });
                if (!EdgeId.TryParse(id, out EdgeId edge))
                {
                    return null;
                }

                (T issued, DateTimeOffset expires) = issue(edge);
                c.Execute(
                    "UPDATE edges SET state = @Active, enrolled_at = @Now, last_seen_at = @Now, software = @Software, certificate_expires_at = @Expires WHERE id = @Id",
                    new { Id = id, Active = (int)EdgeState.Active, Now = SqlTime.ToSql(now), Software = software, Expires = SqlTime.ToSql(expires) });
                return (edge, issued);
            },
            cancellationToken);
    }

    internal Task RecordRenewalAsync(EdgeId edge, DateTimeOffset certificateExpiresAt, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute("UPDATE edges SET certificate_expires_at = @Expires WHERE id = @Id", new { Id = edge.ToString(), Expires = SqlTime.ToSql(certificateExpiresAt) }), cancellationToken);

    internal Task RecordSeenAsync(EdgeId edge, string? telemetryJson, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute(
            "UPDATE edges SET last_seen_at = @Now, telemetry = COALESCE(@Telemetry, telemetry) WHERE id = @Id",
            new { Id = edge.ToString(), Now = SqlTime.ToSql(_time.GetUtcNow()), Telemetry = telemetryJson }),
        cancellationToken);

    /// <summary>Takes over what an edge says of its cameras. A camera that another edge speaks for is left as it is.</summary>
    /// <returns>The cameras that are another edge's.</returns>
    internal Task<IReadOnlyList<string>> SyncCamerasAsync(EdgeId edge, IReadOnlyList<ReportedCamera> cameras, CancellationToken cancellationToken) => WriteAsync<IReadOnlyList<string>>(
        c =>
        {
            long others = c.ExecuteScalar<long>(
                "SELECT COUNT(*) FROM cameras WHERE edge_id = @EdgeId AND id NOT IN @Ids", new { EdgeId = edge.ToString(), Ids = cameras.Select(x => x.Id) });
            if (others + cameras.Count > MaxCamerasPerEdge)
            {
                throw new TunnelException($"cameras: an edge speaks for at most {MaxCamerasPerEdge}");
            }

            return [.. cameras.Where(camera => !Upsert(c, edge, camera)).Select(camera => camera.Id)];
        },
        cancellationToken);

    /// <summary>
    /// Whether an edge may speak for a camera: it does so already, or nobody does and it becomes the one. Edges in the field send events before they report cameras.
    /// </summary>
    internal async Task<bool> MaySpeakForAsync(EdgeId edge, string cameraId, CancellationToken cancellationToken)
    {
        RegisteredCamera? camera = await GetCameraAsync(cameraId, cancellationToken).ConfigureAwait(false);
        if (camera is not null)
        {
            return camera.EdgeId == edge;
        }

        var reported = new ReportedCamera(cameraId, cameraId, "", Enabled: true, Status: "", RequiredSnapshots: 0);
        return (await SyncCamerasAsync(edge, [reported], cancellationToken).ConfigureAwait(false)).Count == 0;
    }

    private bool Upsert(SqliteConnection connection, EdgeId edge, ReportedCamera camera) => connection.Execute(
        """
        INSERT INTO cameras (id, edge_id, name, type, enabled, status, required_snapshots, readiness, updated_at)
        VALUES (@Id, @EdgeId, @Name, @Type, @Enabled, @Status, @Required, @Readiness, @Now)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type, enabled = excluded.enabled, status = excluded.status,
            required_snapshots = excluded.required_snapshots, updated_at = excluded.updated_at WHERE edge_id = excluded.edge_id
        """,
        new
        {
            camera.Id,
            EdgeId = edge.ToString(),
            camera.Name,
            camera.Type,
            camera.Enabled,
            camera.Status,
            Required = camera.RequiredSnapshots == 0 ? DefaultRequiredSnapshots : camera.RequiredSnapshots,
            Readiness = (int)CameraReadinessState.NeedsSnapshots,
            Now = SqlTime.ToSql(_time.GetUtcNow()),
        }) == 1;

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new TunnelException($"registry: {e.Message}", isTransient: true, e);
        }
    }

    private async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.ReadAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new TunnelException($"registry: {e.Message}", isTransient: true, e);
        }
    }
}
