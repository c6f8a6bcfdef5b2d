using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Guardian.Shared.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Storage;

/// <summary>
/// The node's append-only log of what it did: every acceptance, archiving, access, retention decision and erasure is a leaf of an RFC 6962 Merkle tree with signed
/// checkpoints. Safe for use by many threads; the format is docs/formats/evidence-log.md.
/// </summary>
/// <remarks>
/// 1. A happening is queued as a row, in the transaction of the change that it records.
/// 2. The sequencer takes queued rows in their order, gives each a salt, a commitment and the next place in the tree, and stores the tiles that change.
/// 3. In the same transaction it signs a checkpoint over the result, so there is no entry without one, and a kill leaves no gap and nothing twice.
/// 4. An erasure, when its turn comes, takes the details and salts of the object's earlier entries with it; their leaves stay.
/// </remarks>
public sealed class EvidenceLog : IAsyncDisposable
{
    private const string EntryColumns = "leaf_index AS LeafIndex, kind AS Kind, at_ms AS AtMs, details AS Details, salt AS Salt, commitment AS Commitment";
    private const long MillisecondsPerHour = 3_600_000;
    private const int MaxRememberedAccesses = 10_000;

    private readonly StorageDatabase _database;
    private readonly EvidenceOptions _options;
    private readonly EvidenceKeyring _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly SemaphoreSlim _sequencer = new(1, 1);
    private readonly HashSet<string> _accesses = [];
    private long _accessMinute;
    private bool _ownsDatabase;
    private volatile bool _disposed;

    private EvidenceLog(StorageDatabase database, EvidenceOptions options, EvidenceKeyring keys, string origin, bool isSigner, TimeProvider time, ILogger logger)
    {
        IsSigner = isSigner;
        _database = database;
        _options = options;
        _keys = keys;
        Origin = origin;
        _time = time;
        _logger = logger;
    }

    /// <summary>The log's name: <c>guardian/evidence/</c> and the first 16 hexadecimal digits of its first key's id.</summary>
    public string Origin { get; }

    /// <summary>
    /// Whether this node takes the queue into the tree. Of several nodes that share a database it is the one whose folder has the key; the others queue, and their entries wait for it.
    /// </summary>
    public bool IsSigner { get; }

    /// <summary>Opens the log, or makes it and its key.</summary>
    /// <exception cref="StorageException">The key is missing or not this log's, or the database is older than what was signed.</exception>
    internal static async Task<EvidenceLog> OpenAsync(
        StorageDatabase database, EvidenceOptions options, TimeProvider? time = null, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        time ??= TimeProvider.System;
        var keys = new EvidenceKeyring(options.Directory);
        string? origin = await database.ReadAsync(OriginOf, cancellationToken).ConfigureAwait(false);
        if (origin is null)
        {
            if (keys.LastSigned is { } signed)
            {
                throw new StorageException($"evidence log: {options.Directory} has signed {signed.Size} entries of {signed.Origin}, and the database has no log; restore the database");
            }

            using EvidenceSigningKey first = keys.HasKey ? keys.Open() : keys.Create();
            origin = await database.WriteAsync(c => Begin(c, first.PublicKey, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            if (origin != OriginFor(first.PublicKey))
            {
                // Another node was faster; it signs.
                keys.Forget();
            }
        }

        bool isSigner = keys.HasKey || keys.LastSigned is not null;
        var log = new EvidenceLog(database, options, keys, origin, isSigner, time, logger ?? NullLogger.Instance);
        if (isSigner)
        {
            IReadOnlyList<EvidenceKeyInfo> known = await log.ListKeysAsync(cancellationToken).ConfigureAwait(false);
            keys.Recover(next => known.Any(k => k.Key.Id == next.Id));
            log.CheckKey(known);
            await log.CheckNotOlderAsync(cancellationToken).ConfigureAwait(false);
        }

        return log;
    }

    /// <summary>Records something that no change of the index goes with, such as an access.</summary>
    internal async Task RecordAsync(EvidenceRecord record, CancellationToken cancellationToken)
    {
        await _database.WriteAsync(c => EvidenceQueue.Append(c, record), cancellationToken).ConfigureAwait(false);
        Wake();
    }

    /// <summary>Records that somebody read an object: once a viewer, object and minute, however many ranges were asked for.</summary>
    /// <param name="id">The object.</param>
    /// <param name="viewer">Who: 1 to 128 characters.</param>
    /// <param name="means">By what right, such as the name of a link; null for the node's own API token.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RecordAccessAsync(SealedObjectId id, string viewer, string? means, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(viewer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(viewer.Length, 128);
        DateTimeOffset now = _time.GetUtcNow();
        var details = new Dictionary<string, string> { ["viewer"] = viewer };
        if (means is not null)
        {
            details["means"] = means;
        }

        string who = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{viewer}\n{means}")));
        long minute = now.ToUnixTimeSeconds() / 60;
        string key = $"{id} {who}";
        if (IsRecorded(minute, key))
        {
            return;
        }

        var record = new EvidenceRecord(EvidenceKind.Access, now, id.EventId, id.Name, FormattableString.Invariant($"{minute} {who}"), details);
        await RecordAsync(record, cancellationToken).ConfigureAwait(false);
        Remember(minute, key);
    }

    /// <summary>Puts everything that is queued into the tree and signs the result. Where another node signs, nothing is done.</summary>
    /// <returns>The newest checkpoint.</returns>
    /// <exception cref="StorageException">The database or the key failed, or nothing has been signed yet.</exception>
    public async Task<EvidenceCheckpoint> IntegrateAsync(CancellationToken cancellationToken)
    {
        if (!IsSigner)
        {
            return await GetCheckpointAsync(cancellationToken).ConfigureAwait(false) ?? throw NothingSigned();
        }

        await _sequencer.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                using EvidenceSigningKey key = _keys.Open();
                (EvidenceCheckpoint checkpoint, int added) = await _database.WriteAsync(c => Sequence(c, key), cancellationToken).ConfigureAwait(false);
                if (_keys.LastSigned?.Note != checkpoint.Note)
                {
                    _keys.Remember(checkpoint);
                    Publish(checkpoint);
                }

                if (added < _options.BatchSize)
                {
                    return checkpoint;
                }
            }
        }
        finally
        {
            _sequencer.Release();
        }
    }

    /// <summary>Keeps the log up to date until cancelled: run it in the background.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (IsSigner && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await IntegrateAsync(cancellationToken).ConfigureAwait(false);
                await _wake.WaitAsync(_options.Interval, cancellationToken).ConfigureAwait(false);
                await Task.Delay(_options.Interval, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested || _disposed)
            {
                // The host ends, in what order ever; what is queued is taken up by the next start.
                return;
            }
            catch (Exception e) when (e is StorageException or IOException)
            {
                Log.EvidenceFailed(_logger, e);
                await Task.Delay(_options.Interval, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The newest checkpoint.</summary>
    /// <returns>Null before the first entry is in the tree.</returns>
    public async Task<EvidenceCheckpoint?> GetCheckpointAsync(CancellationToken cancellationToken) => await _database.ReadAsync(Newest, cancellationToken).ConfigureAwait(false);

    /// <summary>An entry by its place.</summary>
    /// <returns>Null when there is none.</returns>
    public Task<EvidenceEntry?> GetEntryAsync(long index, CancellationToken cancellationToken) => _database.ReadAsync(
        c => c.QuerySingleOrDefault<Row>($"SELECT {EntryColumns} FROM evidence_entries WHERE leaf_index = @Index", new { Index = index })?.ToEntry(), cancellationToken);

    /// <summary>The entries of an event, oldest first, those whose details are erased included.</summary>
    public Task<IReadOnlyList<EvidenceEntry>> ListForEventAsync(Guid eventId, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<EvidenceEntry>>(
        c => [.. c.Query<Row>($"SELECT {EntryColumns} FROM evidence_entries WHERE subject = @Subject AND leaf_index IS NOT NULL ORDER BY leaf_index", new { Subject = EvidenceQueue.Subject(eventId) })
            .Select(r => r.ToEntry())],
        cancellationToken);

    /// <summary>Every key that has signed the log, in their order.</summary>
    public Task<IReadOnlyList<EvidenceKeyInfo>> ListKeysAsync(CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<EvidenceKeyInfo>>(Keys, cancellationToken);

    /// <summary>Shows that an entry is in the log.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="size">Entries of the log to prove against; null for the newest checkpoint's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the log of that size has no such entry, or is not that long yet.</returns>
    public Task<EvidenceInclusion?> ProveInclusionAsync(long index, long? size, CancellationToken cancellationToken) => _database.ReadAsync(
        c =>
        {
            long have = Size(c);
            long of = size ?? have;
            if (index < 0 || index >= of || of > have)
            {
                return null;
            }

            Row row = c.QuerySingle<Row>($"SELECT {EntryColumns} FROM evidence_entries WHERE leaf_index = @Index", new { Index = index });
            return new EvidenceInclusion(index, of, row.ToEntry().Leaf, new MerkleTree(new SqlMerkleTiles(c)).Inclusion(index, of));
        },
        cancellationToken);

    /// <summary>Shows that the log of one size is the log of an earlier one with entries appended.</summary>
    /// <returns>The hashes, for <see cref="MerkleProof.VerifyConsistency"/>; null when the sizes are out of order or the log is not that long yet.</returns>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>?> ProveConsistencyAsync(long from, long to, CancellationToken cancellationToken) => _database.ReadAsync(
        c => from < 0 || from > to || to > Size(c) ? null : new MerkleTree(new SqlMerkleTiles(c)).Consistency(from, to), cancellationToken);

    /// <summary>
    /// Replaces the signing key: the old one endorses the new one in an entry of the log, signs the checkpoint that covers it, and is then destroyed. May run beside the node.
    /// </summary>
    /// <returns>The new key.</returns>
    /// <exception cref="StorageException">The database or the key failed; running it again is safe.</exception>
    public async Task<EvidencePublicKey> RotateKeyAsync(CancellationToken cancellationToken)
    {
        if (!IsSigner)
        {
            throw new StorageException($"evidence log: {_options.Directory} does not have the key of {Origin}; rotate it on the node that signs");
        }

        using EvidenceSigningKey old = _keys.Open();
        using EvidenceSigningKey next = _keys.Prepare();
        byte[] endorsement = old.Sign(EvidenceKeyInfo.EndorsementText(Origin, next.PublicKey));
        await _database.WriteAsync(c => AddKey(c, Origin, next.PublicKey, old.PublicKey.Id, endorsement, _time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        await IntegrateAsync(cancellationToken).ConfigureAwait(false);
        _keys.Switch();
        await SignAnewAsync(cancellationToken).ConfigureAwait(false);
        return next.PublicKey;
    }

    /// <summary>A player asks for hundreds of ranges a minute; only the first is to cost a row.</summary>
    private bool IsRecorded(long minute, string key)
    {
        lock (_accesses)
        {
            return minute == _accessMinute && _accesses.Contains(key);
        }
    }

    private void Remember(long minute, string key)
    {
        lock (_accesses)
        {
            if (minute != _accessMinute || _accesses.Count >= MaxRememberedAccesses)
            {
                _accesses.Clear();
                _accessMinute = minute;
            }

            _accesses.Add(key);
        }
    }

    /// <summary>Makes the sequencer look at once: call it after something was queued.</summary>
    internal void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else has just woken it.
            }
        }
    }

    /// <summary>Opens the log of an archive beside the node that runs it, for whoever may read the node's folder. Several processes may take the queue into the tree; they wait for each other.</summary>
    /// <param name="options">The archive's options.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">The database cannot be opened, the key is missing or not this log's, or the database is older than what was signed.</exception>
    public static async Task<EvidenceLog> OpenAsync(SealedArchiveOptions options, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        StorageDatabase database = StorageDatabase.Open(options);
        try
        {
            EvidenceLog log = await OpenAsync(database, options.EvidenceWithDirectory(), timeProvider, null, cancellationToken).ConfigureAwait(false);
            log._ownsDatabase = true;
            return log;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends its use.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_ownsDatabase)
        {
            await _database.DisposeAsync().ConfigureAwait(false);
        }

        _wake.Dispose();
        _sequencer.Dispose();
    }

    /// <summary>Everything that an export or a receipt needs, as of one moment.</summary>
    internal Task<EvidenceSnapshot> SnapshotAsync(Guid eventId, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            // Locked against the sequencer, so that checkpoint, entries and keys are of one moment.
            Lock(c);
            EvidenceCheckpoint checkpoint = Newest(c) ?? throw NothingSigned();
            var tree = new MerkleTree(new SqlMerkleTiles(c));
            List<Row> rows = [.. c.Query<Row>(
                $"SELECT {EntryColumns} FROM evidence_entries WHERE subject = @Subject AND leaf_index < @Size ORDER BY leaf_index", new { Subject = EvidenceQueue.Subject(eventId), checkpoint.Size })];
            return new EvidenceSnapshot(checkpoint, Keys(c), [.. rows.Select(r => (r.ToEntry(), tree.Inclusion(r.LeafIndex, checkpoint.Size)))]);
        },
        cancellationToken);

    private static string OriginFor(EvidencePublicKey first) => $"guardian/evidence/{first.Id[..16]}";

    private static string? OriginOf(DbConnection c) => c.QuerySingleOrDefault<string>("SELECT origin FROM evidence_state WHERE id = 1");

    private static string Begin(DbConnection c, EvidencePublicKey key, DateTimeOffset now)
    {
        string origin = OriginFor(key);
        if (c.Execute("INSERT INTO evidence_state (id, origin, size) VALUES (1, @Origin, 0) ON CONFLICT (id) DO NOTHING", new { Origin = origin }) == 0)
        {
            return OriginOf(c)!;
        }

        AddKey(c, origin, key, null, null, now);
        return origin;
    }

    private static void AddKey(DbConnection c, string origin, EvidencePublicKey key, string? endorsedBy, byte[]? endorsement, DateTimeOffset now)
    {
        c.Execute(
            "INSERT INTO evidence_keys (key_id, spki, endorsed_by, endorsement) VALUES (@Id, @Spki, @By, @Endorsement)",
            new { key.Id, Spki = key.ToDer(), By = endorsedBy, Endorsement = endorsement });
        var details = new Dictionary<string, string> { ["origin"] = origin, ["key"] = Convert.ToBase64String(key.ToDer()) };
        if (endorsement is not null)
        {
            details["endorsed_by"] = endorsedBy!;
            details["endorsement"] = Convert.ToBase64String(endorsement);
        }

        EvidenceQueue.Append(c, new EvidenceRecord(EvidenceKind.Key, now, null, null, key.Id, details));
    }

    private static StorageException NothingSigned() => new("evidence log: nothing has been signed yet", isTransient: true);

    private static long Size(DbConnection c) => c.QuerySingle<long>("SELECT size FROM evidence_state WHERE id = 1");

    private static EvidenceCheckpoint? Newest(DbConnection c) =>
        c.QuerySingleOrDefault<string>("SELECT note FROM evidence_checkpoints ORDER BY hour DESC LIMIT 1") is { } note ? EvidenceCheckpoint.Parse(note) : null;

    private static List<EvidenceKeyInfo> Keys(DbConnection c) =>
        [.. c.Query<KeyRow>("SELECT spki AS Spki, endorsed_by AS EndorsedBy, endorsement AS Endorsement FROM evidence_keys ORDER BY sequence")
            .Select(k => new EvidenceKeyInfo(EvidencePublicKey.FromDer(k.Spki), k.EndorsedBy, k.Endorsement ?? []))];

    private static void Save(DbConnection c, EvidenceCheckpoint checkpoint)
    {
        // One an hour is kept, and the newest; any other size can be proven consistent with them. A clock that went back must not bury the newest.
        long hour = Math.Max(checkpoint.At.ToUnixTimeMilliseconds() / MillisecondsPerHour, c.ExecuteScalar<long?>("SELECT MAX(hour) FROM evidence_checkpoints") ?? 0);
        c.Execute(
            "INSERT INTO evidence_checkpoints (hour, size, note) VALUES (@Hour, @Size, @Note) ON CONFLICT (hour) DO UPDATE SET size = excluded.size, note = excluded.note",
            new { Hour = hour, checkpoint.Size, checkpoint.Note });
    }

    /// <summary>Makes transactions that must not run side by side wait for each other: a row that each of them writes first.</summary>
    private static void Lock(DbConnection c) => c.Execute("UPDATE evidence_state SET size = size WHERE id = 1");

    /// <summary>Takes one batch from the queue into the tree and signs, all in the caller's transaction.</summary>
    private (EvidenceCheckpoint Checkpoint, int Added) Sequence(DbConnection c, EvidenceSigningKey key)
    {
        Lock(c);
        var tiles = new SqlMerkleTiles(c);
        var appender = new MerkleAppender(tiles, Size(c));
        List<QueuedRow> queued = [.. c.Query<QueuedRow>(
            "SELECT id AS Id, kind AS Kind, at_ms AS AtMs, subject AS Subject, object_name AS ObjectName, details AS Details FROM evidence_entries WHERE leaf_index IS NULL ORDER BY id LIMIT @Limit",
            new { Limit = _options.BatchSize })];
        if (queued.Count == 0 && Newest(c) is { } newest)
        {
            return (newest, 0);
        }

        foreach (QueuedRow row in queued)
        {
            string details = row.Kind == (int)EvidenceKind.Erasure ? Erase(c, row, appender.Size) : row.Details;
            byte[] salt = RandomNumberGenerator.GetBytes(EvidenceLeaf.SaltSize);
            byte[] commitment = EvidenceLeaf.Commit(salt, details);
            c.Execute(
                "UPDATE evidence_entries SET leaf_index = @Index, details = @Details, salt = @Salt, commitment = @Commitment WHERE id = @Id",
                new { Index = appender.Size, Details = details, Salt = salt, Commitment = commitment, row.Id });
            appender.Append(MerkleHash.Leaf(new EvidenceLeaf((EvidenceKind)row.Kind, DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs), commitment).Encode()));
        }

        tiles.Store(appender);
        c.Execute("UPDATE evidence_state SET size = @Size WHERE id = 1", new { appender.Size });
        return (SignTree(c, appender.Size, key), queued.Count);
    }

    /// <summary>Deletes what the log knows of an erased object and says which entries that were.</summary>
    private static string Erase(DbConnection c, QueuedRow erasure, long size)
    {
        string which = $"subject = @Subject AND leaf_index < @Size AND details IS NOT NULL AND kind <> {(int)EvidenceKind.Erasure}" + (erasure.ObjectName is null ? "" : " AND object_name = @ObjectName");
        var of = new { erasure.Subject, erasure.ObjectName, Size = size };
        List<long> indices = [.. c.Query<long>($"SELECT leaf_index FROM evidence_entries WHERE {which} ORDER BY leaf_index", of)];
        c.Execute($"UPDATE evidence_entries SET details = NULL, salt = NULL WHERE {which}", of);

        // Neither camera nor event are told by what stays; the event's hash is there for whoever knows its id.
        IEnumerable<KeyValuePair<string, string>> kept = EvidenceDetails.Read(erasure.Details)!.Where(d => EvidenceFields.KeptByErasure.Contains(d.Key));
        var details = new Dictionary<string, string>(kept) { [EvidenceFields.Entries] = IndexRanges.Write(indices), [EvidenceFields.EventHash] = erasure.Subject ?? "" };
        return EvidenceDetails.Write(details);
    }

    private EvidenceCheckpoint SignTree(DbConnection c, long size, EvidenceSigningKey key)
    {
        byte[] root = new MerkleTree(new SqlMerkleTiles(c)).Root(size);
        EvidenceCheckpoint checkpoint = EvidenceCheckpoint.Sign(Origin, size, root, _time.GetUtcNow(), key);
        Save(c, checkpoint);
        return checkpoint;
    }

    private async Task SignAnewAsync(CancellationToken cancellationToken)
    {
        await _sequencer.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using EvidenceSigningKey key = _keys.Open();
            EvidenceCheckpoint checkpoint = await _database.WriteAsync(c => SignTree(c, Size(c), key), cancellationToken).ConfigureAwait(false);
            _keys.Remember(checkpoint);
            Publish(checkpoint);
        }
        finally
        {
            _sequencer.Release();
        }
    }

    private void CheckKey(IReadOnlyList<EvidenceKeyInfo> known)
    {
        if (!_keys.HasKey)
        {
            throw new StorageException($"evidence log: {_options.Directory} has no key.pem, and {Origin} is signed already; restore the folder");
        }

        using EvidenceSigningKey key = _keys.Open();
        if (known[^1].Key.Id != key.PublicKey.Id)
        {
            throw new StorageException($"evidence log: the key in {_options.Directory} is {key.PublicKey.Id}, the newest of {Origin} is {known[^1].Key.Id}");
        }
    }

    /// <summary>A database restored from a backup would grow a second history from there on: that is for a human to decide.</summary>
    private async Task CheckNotOlderAsync(CancellationToken cancellationToken)
    {
        if (_keys.LastSigned is not { } signed)
        {
            return;
        }

        bool same = await _database.ReadAsync(
            c => signed.Origin == Origin && signed.Size <= Size(c) && new MerkleTree(new SqlMerkleTiles(c)).Root(signed.Size).AsSpan().SequenceEqual(signed.Root.Span), cancellationToken).ConfigureAwait(false);
        if (!same)
        {
            throw new StorageException(
                $"evidence log: {_options.Directory} has signed {signed.Size} entries of {signed.Origin} that the database does not have; it is an older copy. "
                + "To begin a new log in its place, move the folder away and empty the evidence_ tables");
        }
    }

    private void Publish(EvidenceCheckpoint checkpoint)
    {
        if (_options.PublishDirectory is not { } folder)
        {
            return;
        }

        try
        {
            string of = Path.Combine(folder, Origin[(Origin.LastIndexOf('/') + 1)..]);
            DurableFile.CreateFolder(of);
            EvidenceKeyring.Write(Path.Combine(of, $"{checkpoint.Size:D20}.checkpoint"), checkpoint.Note);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.PublishFailed(_logger, checkpoint.Size, e);
        }
    }

    private sealed class QueuedRow
    {
        public long Id { get; init; }

        public int Kind { get; init; }

        public long AtMs { get; init; }

        public string? Subject { get; init; }

        public string? ObjectName { get; init; }

        public string Details { get; init; } = "{}";
    }

    private sealed class Row
    {
        public long LeafIndex { get; init; }

        public int Kind { get; init; }

        public long AtMs { get; init; }

        public string? Details { get; init; }

        public byte[]? Salt { get; init; }

        public byte[] Commitment { get; init; } = [];

        public EvidenceEntry ToEntry()
        {
            var leaf = new EvidenceLeaf((EvidenceKind)Kind, DateTimeOffset.FromUnixTimeMilliseconds(AtMs), Commitment);
            return new EvidenceEntry { Index = LeafIndex, Kind = leaf.Kind, At = leaf.At, Leaf = leaf.Encode(), Details = Details, Salt = Salt ?? [] };
        }
    }

    private sealed class KeyRow
    {
        public byte[] Spki { get; init; } = [];

        public string? EndorsedBy { get; init; }

        public byte[]? Endorsement { get; init; }
    }
}
