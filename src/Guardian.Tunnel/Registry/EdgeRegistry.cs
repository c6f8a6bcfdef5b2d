using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// Who may connect: edges, their tokens and certificates, and beside them what belongs to edges - cameras, commands, tunnel keys, the audit log. One SQLite file, read anew for every decision, so that
/// what an operator's command changes in another process counts at once. Safe for use by many threads and processes.
/// </summary>
public sealed class EdgeRegistry : IAsyncDisposable
{
    private const int MaxName = 128, MaxEdges = 10_000;
    private const int TokenBytes = 32;
    private const string EdgeColumns =
        "id, name, state, added_at, enrolled_at, last_seen_at, certificate_expires_at, software, cameras_fixed, control_address, revoked_at";

    private static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromDays(30);

    private readonly RegistryDatabase _database;
    private readonly TimeProvider _time;

    /// <summary>Opens or creates the registry.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The file cannot be opened, or a newer program wrote it.</exception>
    public EdgeRegistry(string path, TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        _database = new RegistryDatabase(path);
        Audit = new AuditLog(_database, _time);
        Cameras = new CameraDirectory(_database, Audit, _time);
        Commands = new EdgeCommands(_database, Audit, _time);
        TunnelPeers = new TunnelPeerDirectory(_database, Audit, _time);
    }

    /// <summary>Who did what, when, from where.</summary>
    public AuditLog Audit { get; }

    /// <summary>The edges' cameras.</summary>
    public CameraDirectory Cameras { get; }

    /// <summary>Commands to edges and their outcomes.</summary>
    public EdgeCommands Commands { get; }

    /// <summary>The edges' keys and addresses in the WireGuard tunnel.</summary>
    public TunnelPeerDirectory TunnelPeers { get; }

    internal RegistryDatabase Database => _database;

    /// <summary>Adds an edge and makes its one-time token.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="actor">Who adds it, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">A value is out of range, a camera is another edge's, or there are too many edges.</exception>
    public Task<AdmissionTicket> AddEdgeAsync(NewEdge edge, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(edge);
        CheckName(edge.Name);
        CheckLifetime(edge.TokenLifetime);
        CheckControlAddress(edge.ControlAddress);
        EdgeId id = EdgeId.New();
        return _database.WriteAsync(
            c =>
            {
                if (c.ExecuteScalar<long>("SELECT COUNT(*) FROM edges") >= MaxEdges)
                {
                    throw new TunnelException($"edges: the registry holds its limit of {MaxEdges}");
                }

                c.Execute(
                    "INSERT INTO edges (id, name, state, added_at, cameras_fixed, control_address) VALUES (@Id, @Name, @State, @Now, @Fixed, @Control)",
                    new { Id = id.ToString(), edge.Name, State = (int)EdgeState.Pending, Now, Fixed = edge.Cameras.Count > 0, Control = edge.ControlAddress?.ToString() });
                Audit.Record(c, AuditAction.EdgeAdded, actor, null, id, $"\"{edge.Name}\"");
                foreach (string camera in edge.Cameras)
                {
                    Cameras.Assign(c, id, camera, actor, mayMove: false);
                }

                return MakeTicket(c, id, edge.TokenLifetime);
            },
            cancellationToken);
    }

    /// <summary>
    /// Makes a new token for an edge that is known, so that the same box - or its replacement - keeps its id, cameras and history. Its certificates go on working until the token is used, unless it is revoked: then
    /// they stay refused.
    /// </summary>
    /// <exception cref="TunnelException">There is no edge of that id, or the lifetime is out of range.</exception>
    public Task<AdmissionTicket> AllowReenrollmentAsync(EdgeId id, TimeSpan tokenLifetime, string actor, CancellationToken cancellationToken)
    {
        CheckLifetime(tokenLifetime);
        return _database.WriteAsync(
            c =>
            {
                RegisteredEdge edge = Find(c, id) ?? throw new TunnelException($"{id}: there is no edge of this id");
                c.Execute("DELETE FROM tokens WHERE edge_id = @Id AND used_at IS NULL", new { Id = id.ToString() });
                if (edge.State == EdgeState.Revoked)
                {
                    c.Execute("UPDATE edges SET state = @Pending, revoked_at = NULL WHERE id = @Id", new { Id = id.ToString(), Pending = (int)EdgeState.Pending });
                }

                Audit.Record(c, AuditAction.ReenrollmentAllowed, actor, null, id, $"until {Instant(_time.GetUtcNow() + tokenLifetime)}");
                RegistryDatabase.Raise(c, RegistryTopic.Edges);
                return MakeTicket(c, id, tokenLifetime);
            },
            cancellationToken);
    }

    /// <summary>Every edge, oldest first.</summary>
    public Task<IReadOnlyList<RegisteredEdge>> ListEdgesAsync(CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<RegisteredEdge>>(
        c => [.. c.Query<EdgeRow>($"SELECT {EdgeColumns} FROM edges ORDER BY added_at, id").Select(r => r.ToEdge())], cancellationToken);

    /// <summary>One edge.</summary>
    /// <returns>Null when there is none of that id.</returns>
    public Task<RegisteredEdge?> GetEdgeAsync(EdgeId id, CancellationToken cancellationToken) => _database.ReadAsync(c => Find(c, id), cancellationToken);

    /// <summary>
    /// Shuts an edge out. Its open calls end within a second, its certificates are refused from now on, its tunnel peer is removed, its unused token and its queued commands are worthless.
    /// </summary>
    /// <param name="id">The edge.</param>
    /// <param name="actor">Who shuts it out, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is none of that id, or it was revoked before.</returns>
    public Task<bool> RevokeEdgeAsync(EdgeId id, string actor, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            if (c.Execute(
                "UPDATE edges SET state = @Revoked, revoked_at = @Now WHERE id = @Id AND state <> @Revoked", new { Id = id.ToString(), Revoked = (int)EdgeState.Revoked, Now }) == 0)
            {
                return false;
            }

            c.Execute("DELETE FROM tokens WHERE edge_id = @Id AND used_at IS NULL", new { Id = id.ToString() });
            RetireCertificates(c, id);
            Commands.Abandon(c, id, "the edge was revoked");
            TunnelPeerDirectory.Remove(c, id);
            Audit.Record(c, AuditAction.EdgeRevoked, actor, null, id, "");
            RegistryDatabase.Raise(c, RegistryTopic.Edges);
            return true;
        },
        cancellationToken);

    /// <summary>Sets where an edge serves <c>edge.control</c>; null when it does not.</summary>
    /// <returns>False when there is no edge of that id.</returns>
    /// <exception cref="TunnelException">The address is not an http or https address of a host and port alone.</exception>
    public Task<bool> SetControlAddressAsync(EdgeId id, Uri? address, string actor, CancellationToken cancellationToken)
    {
        CheckControlAddress(address);
        return _database.WriteAsync(
            c =>
            {
                bool known = c.Execute("UPDATE edges SET control_address = @Address WHERE id = @Id", new { Id = id.ToString(), Address = address?.ToString() }) == 1;
                if (known)
                {
                    Audit.Record(c, AuditAction.EdgeChanged, actor, null, id, $"edge.control at {address?.ToString() ?? "nowhere"}");
                    RegistryDatabase.Raise(c, RegistryTopic.Commands);
                }

                return known;
            },
            cancellationToken);
    }

    /// <summary>
    /// The edges that would be shut out if the replacement of the node's authority were finished now: enrolled, and not yet seen with a certificate of the new authority.
    /// </summary>
    /// <param name="issuer">The new authority; <see cref="CertificateAuthority.Issuer"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<RegisteredEdge>> ListNotRenewedAsync(string issuer, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<RegisteredEdge>>(
        c => [.. c.Query<EdgeRow>(
            $"""
            SELECT {EdgeColumns} FROM edges WHERE state = @Active AND id NOT IN (SELECT edge_id FROM certificates WHERE issuer = @Issuer AND is_used = 1) ORDER BY added_at, id
            """,
            new { Active = (int)EdgeState.Active, Issuer = issuer }).Select(r => r.ToEdge())],
        cancellationToken);

    /// <summary>Lets the running gateway know that the certificate authority's files have changed, and writes the audit log.</summary>
    /// <param name="detail">What was done, in words.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task AnnounceAuthorityAsync(string detail, string actor, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            Audit.Record(c, AuditAction.AuthorityRotated, actor, null, null, detail);
            RegistryDatabase.Raise(c, RegistryTopic.Authority);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Who presents a certificate: its edge, when that may speak and the certificate is one of those that it may use.</summary>
    /// <returns>The edge as it is registered, null when the id is unknown, and whether it may speak with this certificate.</returns>
    internal async Task<(RegisteredEdge? Edge, bool Accepted)> AuthenticateAsync(EdgeId id, string serial, CancellationToken cancellationToken)
    {
        (RegisteredEdge? edge, long? used, bool accepted) = await _database.ReadAsync(
            c =>
            {
                var key = new { Serial = serial, Id = id.ToString(), Now };
                long? isUsed = c.ExecuteScalar<long?>("SELECT is_used FROM certificates WHERE serial = @Serial AND edge_id = @Id AND expires_at > @Now", key);
                bool isListed = isUsed is not null || c.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM edges WHERE id = @Id AND certificates_listed = 0)", key) != 0;
                RegisteredEdge? found = Find(c, id);
                return (found, isUsed, found is { State: EdgeState.Active } && isListed);
            },
            cancellationToken).ConfigureAwait(false);
        if (accepted && used == 0)
        {
            await _database.WriteAsync(c => c.Execute("UPDATE certificates SET is_used = 1 WHERE serial = @Serial", new { Serial = serial }), cancellationToken).ConfigureAwait(false);
        }

        return (edge, accepted);
    }

    /// <summary>The edges that may speak.</summary>
    internal Task<IReadOnlySet<EdgeId>> ListActiveAsync(CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlySet<EdgeId>>(
        c => c.Query<string>("SELECT id FROM edges WHERE state = @Active", new { Active = (int)EdgeState.Active })
            .Select(i => EdgeId.TryParse(i, out EdgeId id) ? id : throw new TunnelException($"registry: '{i}' is not an edge id")).ToHashSet(),
        cancellationToken);

    /// <summary>
    /// Spends a token: everything that the enrolment changes is one transaction, so a token is spent exactly when a certificate exists. Former certificates of the edge are worthless from here on.
    /// </summary>
    /// <param name="request">What the edge asks for.</param>
    /// <param name="issue">Makes the certificate; when it throws, nothing has happened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the token is unknown, spent, expired or its edge revoked; the caller is not told which.</returns>
    internal Task<(EdgeId Edge, X509Certificate2 Certificate)?> RedeemTokenAsync(EnrollmentClaim request, Func<EdgeId, X509Certificate2> issue, CancellationToken cancellationToken) =>
        _database.WriteAsync<(EdgeId, X509Certificate2)?>(
            c =>
            {
                string? text = c.ExecuteScalar<string?>(
                    """
                    UPDATE tokens SET used_at = @Now WHERE hash = @Hash AND used_at IS NULL AND expires_at > @Now
                        AND edge_id IN (SELECT id FROM edges WHERE state <> @Revoked)
                    RETURNING edge_id
                    """,
                    new { Hash = HashOf(request.Token), Now, Revoked = (int)EdgeState.Revoked });
                if (!EdgeId.TryParse(text, out EdgeId edge))
                {
                    return null;
                }

                Cameras.Claim(c, edge, request.CameraIds);
                if (request.TunnelKey is { } key)
                {
                    TunnelPeers.Set(c, edge, key, request.MaxTunnelPeers);
                }

                X509Certificate2 certificate = issue(edge);
                RetireCertificates(c, edge);
                ListCertificate(c, edge, certificate);
                c.Execute(
                    "UPDATE edges SET state = @Active, enrolled_at = @Now, last_seen_at = @Now, software = @Software, certificates_listed = 1 WHERE id = @Id",
                    new { Id = text, Active = (int)EdgeState.Active, Now, request.Software });
                Audit.Record(c, AuditAction.EdgeEnrolled, Actors.Edge, request.Address, edge, $"certificate {certificate.SerialNumber} until {Instant(certificate.NotAfter)}");
                RegistryDatabase.Raise(c, RegistryTopic.Edges);
                return (edge, certificate);
            },
            cancellationToken);

    /// <summary>
    /// Lists a renewed certificate beside the one that the edge renewed with: it may not receive the new one. Any other is one that it did not receive, or has replaced.
    /// </summary>
    /// <returns>False when the edge may not speak with its current certificate any more: a revocation or a later enrolment has overtaken this call.</returns>
    internal Task<bool> RecordRenewalAsync(EdgeId edge, string currentSerial, X509Certificate2 certificate, IPAddress? address, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            var key = new { Id = edge.ToString(), Serial = currentSerial, Active = (int)EdgeState.Active, Now };

            // One of before certificates were listed is listed now, so that from here on the list is all there is.
            c.Execute(
                """
                INSERT INTO certificates (serial, edge_id, issuer, expires_at, is_used)
                SELECT @Serial, id, '', COALESCE(certificate_expires_at, @Now), 1 FROM edges WHERE id = @Id AND certificates_listed = 0 ON CONFLICT DO NOTHING
                """,
                key);
            c.Execute("UPDATE edges SET certificates_listed = 1 WHERE id = @Id", key);
            if (c.ExecuteScalar<long>(
                "SELECT COUNT(*) FROM certificates JOIN edges ON id = edge_id WHERE serial = @Serial AND edge_id = @Id AND state = @Active", key) == 0)
            {
                return false;
            }

            c.Execute("DELETE FROM certificates WHERE edge_id = @Id AND serial <> @Serial", key);
            ListCertificate(c, edge, certificate);
            Audit.RecordOncePerMinute(c, AuditAction.CertificateRenewed, Actors.Edge, address, edge, $"certificate {certificate.SerialNumber} until {Instant(certificate.NotAfter)}");
            return true;
        },
        cancellationToken);

    /// <summary>The serial numbers of the certificates that an edge may use.</summary>
    internal Task<IReadOnlySet<string>> ListSerialsAsync(EdgeId edge, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlySet<string>>(
        c => c.Query<string>("SELECT serial FROM certificates WHERE edge_id = @Id", new { Id = edge.ToString() }).ToHashSet(StringComparer.Ordinal), cancellationToken);

    /// <summary>Records when edges were heard of.</summary>
    internal Task RecordSeenAsync(IReadOnlyList<(EdgeId Edge, DateTimeOffset At)> contacts, CancellationToken cancellationToken) => contacts.Count == 0
        ? Task.CompletedTask
        : _database.WriteAsync(
            c => c.Execute("UPDATE edges SET last_seen_at = MAX(@At, COALESCE(last_seen_at, 0)) WHERE id = @Id", contacts.Select(x => new { Id = x.Edge.ToString(), At = SqlTime.ToSql(x.At) })),
            cancellationToken);

    private static RegisteredEdge? Find(SqliteConnection connection, EdgeId id) =>
        connection.QuerySingleOrDefault<EdgeRow>($"SELECT {EdgeColumns} FROM edges WHERE id = @Id", new { Id = id.ToString() })?.ToEdge();

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl))
        {
            throw new TunnelException($"name: 1 to {MaxName} characters are needed, none of them control characters");
        }
    }

    private static void CheckLifetime(TimeSpan lifetime)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > MaxTokenLifetime)
        {
            throw new TunnelException($"token lifetime: more than 0 and at most {MaxTokenLifetime.Days} days are allowed");
        }
    }

    private static void CheckControlAddress(Uri? address)
    {
        if (address is not null && !(address.IsAbsoluteUri && address.Scheme is "http" or "https" && address is { PathAndQuery: "/", UserInfo: "", Fragment: "" }))
        {
            throw new TunnelException("control address: http://HOST:PORT or https://HOST:PORT is needed");
        }
    }

    private AdmissionTicket MakeTicket(SqliteConnection connection, EdgeId id, TimeSpan lifetime)
    {
        string token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        DateTimeOffset expires = _time.GetUtcNow() + lifetime;
        connection.Execute(
            "INSERT INTO tokens (hash, edge_id, expires_at) VALUES (@Hash, @EdgeId, @ExpiresAt)",
            new { Hash = HashOf(token), EdgeId = id.ToString(), ExpiresAt = SqlTime.ToSql(expires) });
        return new AdmissionTicket(Find(connection, id)!, token, expires);
    }

    private static void ListCertificate(SqliteConnection connection, EdgeId edge, X509Certificate2 certificate)
    {
        long expires = SqlTime.ToSql(certificate.NotAfter);
        connection.Execute(
            "INSERT INTO certificates (serial, edge_id, issuer, expires_at) VALUES (@Serial, @Id, @Issuer, @Expires)",
            new { Serial = certificate.SerialNumber, Id = edge.ToString(), certificate.Issuer, Expires = expires });
        connection.Execute("UPDATE edges SET certificate_expires_at = @Expires WHERE id = @Id", new { Id = edge.ToString(), Expires = expires });
    }

    private static void RetireCertificates(SqliteConnection connection, EdgeId edge)
    {
        connection.Execute("DELETE FROM certificates WHERE edge_id = @Id", new { Id = edge.ToString() });
        connection.Execute("UPDATE edges SET certificates_listed = 1 WHERE id = @Id", new { Id = edge.ToString() });
    }

    private long Now => SqlTime.ToSql(_time.GetUtcNow());

    private static string Instant(DateTimeOffset time) => time.ToString("u", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
