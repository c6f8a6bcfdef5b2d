using System.Net;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// The edges' public keys and address numbers in the WireGuard tunnel: what the device is to be reconciled with. An edge has one key, and while it changes it a candidate beside
/// it, which takes over with its first handshake.
/// </summary>
public sealed class TunnelPeerDirectory
{
    private const int KeySize = 32;
    private const string Columns = "public_key, edge_id, number, is_candidate, known_node_key";

    private readonly RegistryDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;

    internal TunnelPeerDirectory(RegistryDatabase database, AuditLog audit, TimeProvider time)
    {
        _database = database;
        _audit = audit;
        _time = time;
    }

    /// <summary>Every key, by address number, candidates after the keys that they are to replace.</summary>
    public Task<IReadOnlyList<TunnelPeer>> ListAsync(CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<TunnelPeer>>(
        c => [.. c.Query<TunnelPeerRow>(
            $"SELECT {Columns} FROM wireguard_peers WHERE edge_id NOT IN (SELECT id FROM edges WHERE state = @Revoked) ORDER BY number, is_candidate",
            new { Revoked = (int)EdgeState.Revoked }).Select(r => r.ToPeer())],
        cancellationToken);

    /// <summary>An edge's key that works now.</summary>
    /// <returns>Null when it has none.</returns>
    public Task<TunnelPeer?> GetAsync(EdgeId edge, CancellationToken cancellationToken) => _database.ReadAsync(c => Find(c, edge, isCandidate: false), cancellationToken);

    /// <summary>Gives an edge a key at once; one that it had is worthless from here on.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="maxPeers">How many addresses the pool has for edges.</param>
    /// <param name="actor">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The key is another edge's, or the pool has no address left.</exception>
    public Task<TunnelPeer> SetAsync(EdgeId edge, byte[] publicKey, int maxPeers, string actor, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            CheckState(c, edge, EdgeState.Active, EdgeState.Pending);
            Set(c, edge, publicKey, maxPeers);
            _audit.Record(c, AuditAction.TunnelKeyChanged, actor, null, edge, Convert.ToBase64String(publicKey));
            return Find(c, edge, isCandidate: false)!;
        },
        cancellationToken);

    /// <summary>Gives an edge a second key, which takes over when it is used.</summary>
    /// <exception cref="TunnelException">The key is another edge's, or the pool has no address left.</exception>
    internal Task<TunnelPeer> ProposeAsync(EdgeId edge, byte[] publicKey, int maxPeers, IPAddress? address, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            // Looked at in the transaction: a revocation may have overtaken this call.
            CheckState(c, edge, EdgeState.Active);
            CheckKey(c, edge, publicKey);
            TunnelPeer? current = Find(c, edge, isCandidate: false);
            if (current is null)
            {
                Set(c, edge, publicKey, maxPeers);
            }
            else if (!current.PublicKey.AsSpan().SequenceEqual(publicKey) && Find(c, edge, isCandidate: true)?.PublicKey.AsSpan().SequenceEqual(publicKey) != true)
            {
                c.Execute("DELETE FROM wireguard_peers WHERE edge_id = @Id AND is_candidate = 1", new { Id = edge.ToString() });
                Insert(c, edge, publicKey, current.Number, isCandidate: true);
            }
            else
            {
                return current;
            }

            _audit.RecordOncePerMinute(c, AuditAction.TunnelKeyChanged, Actors.Edge, address, edge, $"{Convert.ToBase64String(publicKey)}{(current is null ? "" : ", once it is used")}");
            return Find(c, edge, isCandidate: false)!;
        },
        cancellationToken);

    /// <summary>A candidate was used: it takes over the edge's address, the former key goes.</summary>
    internal Task ConfirmAsync(byte[] publicKey, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            string? edge = c.ExecuteScalar<string?>("SELECT edge_id FROM wireguard_peers WHERE public_key = @Key AND is_candidate = 1", new { Key = publicKey });
            if (edge is null)
            {
                return;
            }

            byte[]? known = c.ExecuteScalar<byte[]?>("SELECT known_node_key FROM wireguard_peers WHERE edge_id = @Id AND is_candidate = 0", new { Id = edge });
            c.Execute("DELETE FROM wireguard_peers WHERE edge_id = @Id AND is_candidate = 0", new { Id = edge });
            c.Execute("UPDATE wireguard_peers SET is_candidate = 0, known_node_key = @Known WHERE public_key = @Key", new { Key = publicKey, Known = known });
            RegistryDatabase.Raise(c, RegistryTopic.Tunnel);
        },
        cancellationToken);

    /// <summary>An edge holds the node's next key.</summary>
    internal Task RecordKnownKeyAsync(EdgeId edge, byte[] nodeKey, CancellationToken cancellationToken) => _database.WriteAsync(
        c => c.Execute("UPDATE wireguard_peers SET known_node_key = @Key WHERE edge_id = @Id AND is_candidate = 0", new { Key = nodeKey, Id = edge.ToString() }), cancellationToken);

    /// <summary>Lets the running gateway know that the node's keys have changed, and writes the audit log.</summary>
    /// <param name="detail">What was done, in words.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task AnnounceNodeKeyAsync(string detail, string actor, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            _audit.Record(c, AuditAction.NodeKeyRotated, actor, null, null, detail);
            RegistryDatabase.Raise(c, RegistryTopic.Tunnel);
        },
        cancellationToken);

    internal void Set(SqliteConnection connection, EdgeId edge, byte[] publicKey, int maxPeers)
    {
        CheckKey(connection, edge, publicKey);
        connection.Execute("DELETE FROM wireguard_peers WHERE edge_id = @Id", new { Id = edge.ToString() });
        int number = AllocateNumber(connection, edge, maxPeers);
        connection.Execute("UPDATE edges SET tunnel_number = @Number WHERE id = @Id", new { Id = edge.ToString(), Number = number });
        Insert(connection, edge, publicKey, number, isCandidate: false);
    }

    internal static void Remove(SqliteConnection connection, EdgeId edge)
    {
        connection.Execute("DELETE FROM wireguard_peers WHERE edge_id = @Id", new { Id = edge.ToString() });
        RegistryDatabase.Raise(connection, RegistryTopic.Tunnel);
    }

    private static TunnelPeer? Find(SqliteConnection connection, EdgeId edge, bool isCandidate) => connection.QuerySingleOrDefault<TunnelPeerRow>(
        $"SELECT {Columns} FROM wireguard_peers WHERE edge_id = @Id AND is_candidate = @Candidate", new { Id = edge.ToString(), Candidate = isCandidate ? 1 : 0 })?.ToPeer();

    private static void CheckState(SqliteConnection connection, EdgeId edge, params EdgeState[] allowed)
    {
        long? state = connection.ExecuteScalar<long?>("SELECT state FROM edges WHERE id = @Id", new { Id = edge.ToString() });
        if (state is not { } known || !allowed.Contains((EdgeState)known))
        {
            throw new TunnelException($"{edge}: it is not known, or is revoked");
        }
    }

    private static void CheckKey(SqliteConnection connection, EdgeId edge, byte[] publicKey)
    {
        if (publicKey.Length != KeySize)
        {
            throw new TunnelException($"wireguard_public_key: {publicKey.Length} bytes, {KeySize} are needed");
        }

        // Two edges with one key would be one peer with two addresses.
        if (connection.ExecuteScalar<string?>("SELECT edge_id FROM wireguard_peers WHERE public_key = @Key", new { Key = publicKey }) is { } owner && owner != edge.ToString())
        {
            throw new TunnelException("wireguard_public_key: another edge has this key");
        }
    }

    /// <summary>The number that the edge had before, when it is free, else the lowest free one.</summary>
    private static int AllocateNumber(SqliteConnection connection, EdgeId edge, int maxPeers)
    {
        HashSet<long> taken = [.. connection.Query<long>("SELECT number FROM wireguard_peers")];
        long? former = connection.ExecuteScalar<long?>("SELECT tunnel_number FROM edges WHERE id = @Id", new { Id = edge.ToString() });
        if (former is { } number && number <= maxPeers && !taken.Contains(number))
        {
            return (int)number;
        }

        for (int free = 1; free <= maxPeers; free++)
        {
            if (!taken.Contains(free))
            {
                return free;
            }
        }

        throw new TunnelException($"tunnel: all {maxPeers} addresses of the network are taken");
    }

    private void Insert(SqliteConnection connection, EdgeId edge, byte[] publicKey, int number, bool isCandidate)
    {
        connection.Execute(
            "INSERT INTO wireguard_peers (public_key, edge_id, number, is_candidate, added_at) VALUES (@Key, @Id, @Number, @Candidate, @Now)",
            new { Key = publicKey, Id = edge.ToString(), Number = number, Candidate = isCandidate ? 1 : 0, Now = SqlTime.ToSql(_time.GetUtcNow()) });
        RegistryDatabase.Raise(connection, RegistryTopic.Tunnel);
    }
}
