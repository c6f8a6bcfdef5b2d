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

    /// <summary>Places that one entry of an erasure lists, at most: with 20 characters each they stay far below <see cref="EvidenceDetails.MaxSize"/>. An erasure of more has several entries.</summary>
    private const int MaxErasedByEntry = 10_000;

    /// <summary>Characters of what an erasure keeps of each of its own details.</summary>
    private const int MaxKeptByErasure = 4096;

    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);

    private readonly StorageDatabase _database;
    private readonly EvidenceOptions _options;
    private readonly EvidenceKeyring _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake = new();
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

    /// <summary>Where it writes what goes wrong.</summary>
    internal ILogger Logger => _logger;

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
                // Read before the transaction: what was signed by then is in the database, or the database is another one.
                EvidenceCheckpoint? last = _keys.LastSigned;
                if (last is not null && await _database.ReadAsync(c => IsUpToDate(c, last), cancellationToken).ConfigureAwait(false))
                {
                    return last;
                }

                using EvidenceSigningKey key = _keys.Open();
                (EvidenceCheckpoint? checkpoint, bool more) = await _database.WriteAsync(c => Sequence(c, key, last), cancellationToken).ConfigureAwait(false);
                if (checkpoint is null)
                {
                    await EndRotationAsync(key.PublicKey, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (last?.Note != checkpoint.Note)
                {
                    _keys.Remember(checkpoint);
                    Publish(checkpoint);
                }

                if (!more)
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

    /// <summary>Keeps the log up to date until cancelled: run it in the background. A failure is logged and tried again after a while, up to a minute; nothing but the end of the host ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.Zero;
        while (IsSigner && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
                await IntegrateAsync(cancellationToken).ConfigureAwait(false);
                pause = TimeSpan.Zero;
                await _wake.WaitAsync(_options.Interval, cancellationToken).ConfigureAwait(false);
                await Task.Delay(_options.Interval, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested || _disposed)
            {
                // The host ends, in what order ever; what is queued is taken up by the next start.
                return;
            }
            catch (Exception e)
            {
                // Whatever it is: a log that no longer grows because of one failure would be worse than any of them.
                Log.EvidenceFailed(_logger, e);
                pause = pause == TimeSpan.Zero ? _options.Interval : TimeSpan.FromTicks(Math.Max(_options.Interval.Ticks, Math.Min(2 * pause.Ticks, MaxPause.Ticks)));
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
        _keys.Switch(next.PublicKey);
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
    internal void Wake() => _wake.Raise();

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

    /// <summary>Everything that an export or a receipt needs, as of one moment. What has been queued of the event is taken into the tree first.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="objectsOf">Reads the event's objects in the same transaction; null for a receipt, which has none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">The log failed, or another node signs and has not taken up yet what is queued.</exception>
    internal async Task<EvidenceSnapshot> SnapshotAsync(Guid eventId, Func<DbConnection, IReadOnlyList<SealedObjectInfo>>? objectsOf, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < 5; attempt++)
        {
            await IntegrateAsync(cancellationToken).ConfigureAwait(false);
            if (await _database.WriteAsync(c => Snapshot(c, eventId, objectsOf), cancellationToken).ConfigureAwait(false) is { } snapshot)
            {
                return snapshot;
            }
        }

        throw new StorageException($"evidence log: what is queued of {eventId} has not been signed yet; try again", isTransient: true);
    }

    /// <returns>Null while something is queued without which the statement would not be whole.</returns>
    private static EvidenceSnapshot? Snapshot(DbConnection c, Guid eventId, Func<DbConnection, IReadOnlyList<SealedObjectInfo>>? objectsOf)
    {
        // Locked against the sequencer, so that checkpoint, entries, keys and objects are of one moment.
        Lock(c);
        string subject = EvidenceQueue.Subject(eventId);
        long? queued = c.QueryFirstOrDefault<long?>(
            $"SELECT id FROM evidence_entries WHERE leaf_index IS NULL AND subject = @Subject AND kind NOT IN ({(int)EvidenceKind.Access}, {(int)EvidenceKind.Link}) LIMIT 1", new { Subject = subject });
        if (queued is not null)
        {
            return null;
        }

        EvidenceCheckpoint checkpoint = Newest(c) ?? throw NothingSigned();
        var tree = new MerkleTree(new SqlMerkleTiles(c));
        EvidenceProven Prove(Row row) => new(row.ToEntry(), tree.Inclusion(row.LeafIndex, checkpoint.Size));
        IEnumerable<Row> rows = c.Query<Row>($"SELECT {EntryColumns} FROM evidence_entries WHERE subject = @Subject AND leaf_index < @Size ORDER BY leaf_index", new { Subject = subject, checkpoint.Size });
        var keys = new List<(EvidenceKeyInfo, EvidenceProven)>();
        foreach (EvidenceKeyInfo key in Keys(c))
        {
            // A key that is being taken into use has no place yet.
            if (c.QuerySingleOrDefault<Row>($"SELECT {EntryColumns} FROM evidence_entries WHERE once = @Once AND leaf_index < @Size", new { Once = KeyOnce(key.Key.Id), checkpoint.Size }) is { } entry)
            {
                keys.Add((key, Prove(entry)));
            }
        }

        return new EvidenceSnapshot(checkpoint, keys, [.. rows.Select(Prove)], objectsOf?.Invoke(c) ?? []);
    }

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
        AdoptEarlier(c, now);
        return origin;
    }

    private static void AddKey(DbConnection c, string origin, EvidencePublicKey key, string? endorsedBy, byte[]? endorsement, DateTimeOffset now)
    {
        c.Execute(
            "INSERT INTO evidence_keys (key_id, spki, endorsed_by, endorsement) VALUES (@Id, @Spki, @By, @Endorsement)",
            new { key.Id, Spki = key.ToDer(), By = endorsedBy, Endorsement = endorsement });
        var details = new Dictionary<string, string> { [EvidenceFields.Origin] = origin, [EvidenceFields.Key] = Convert.ToBase64String(key.ToDer()) };
        if (endorsement is not null)
        {
            details["endorsed_by"] = endorsedBy!;
            details["endorsement"] = Convert.ToBase64String(endorsement);
        }

        EvidenceQueue.Append(c, KeyRecord(key.Id, now, details));
    }

    private static EvidenceRecord KeyRecord(string keyId, DateTimeOffset now, IReadOnlyDictionary<string, string> details) => new(EvidenceKind.Key, now, null, null, keyId, details);

    /// <summary>The name of a key's entry in the queue, by which it is found without a search.</summary>
    private static string KeyOnce(string keyId) => EvidenceQueue.OnceOf(KeyRecord(keyId, default, new Dictionary<string, string>()));

    /// <summary>Objects that are older than the log have no acceptance in it; an entry at its start stands for that.</summary>
    private static void AdoptEarlier(DbConnection c, DateTimeOffset now)
    {
        const int page = 1000;
        (string eventId, string name) = ("", "");
        while (true)
        {
            IReadOnlyList<SealedObjectInfo> earlier = SealedObjectIndex.Read(
                c,
                $"""
                SELECT {ObjectRow.Columns} FROM objects
                WHERE status <> {(int)SealedObjectStatus.Receiving} AND sha256 IS NOT NULL
                AND (event_id > @EventId OR (event_id = @EventId AND name > @Name)) ORDER BY event_id, name LIMIT {page}
                """,
                new { EventId = eventId, Name = name });
            foreach (SealedObjectInfo o in earlier)
            {
                ObjectEvidence.Append(c, EvidenceKind.Archive, EvidenceFields.Adopted, now, o);
                if (o.Status == SealedObjectStatus.Deleting)
                {
                    ObjectEvidence.Append(c, EvidenceKind.Retention, EvidenceFields.ToBeDeleted, now, o);
                }
                else if (o.Status == SealedObjectStatus.Failed && o.ArchivedAt is not null)
                {
                    ObjectEvidence.Append(c, EvidenceKind.Archive, EvidenceFields.Lost, now, o);
                }
            }

            if (earlier.Count < page)
            {
                return;
            }

            (eventId, name) = (earlier[^1].Id.EventId.ToString(), earlier[^1].Id.Name);
        }
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

    /// <summary>Whether nothing is queued and the newest checkpoint is the one that was signed last: what an idle log asks for, without taking the database's lock.</summary>
    private static bool IsUpToDate(DbConnection c, EvidenceCheckpoint last) =>
        Newest(c)?.Note == last.Note && c.QueryFirstOrDefault<long?>("SELECT id FROM evidence_entries WHERE leaf_index IS NULL LIMIT 1") is null;

    /// <summary>Takes one batch from the queue into the tree and signs, all in the caller's transaction.</summary>
    /// <returns>What was signed last, null when this key was replaced and may sign nothing more; and whether something may be left in the queue.</returns>
    private (EvidenceCheckpoint? Checkpoint, bool More) Sequence(DbConnection c, EvidenceSigningKey key, EvidenceCheckpoint? last)
    {
        Lock(c);
        if (last is not null && !Extends(c, last))
        {
            throw Forked(last);
        }

        var tiles = new SqlMerkleTiles(c);
        var appender = new MerkleAppender(tiles, Size(c));
        List<QueuedRow> queued = [.. c.Query<QueuedRow>(
            """
            SELECT id AS Id, once AS Once, kind AS Kind, at_ms AS AtMs, subject AS Subject, object_name AS ObjectName, details AS Details
            FROM evidence_entries WHERE leaf_index IS NULL ORDER BY id LIMIT @Limit
            """,
            new { Limit = _options.BatchSize })];
        if (queued.Count == 0 && Newest(c) is { } newest)
        {
            return (newest, false);
        }

        if (IsRetired(c, key.PublicKey))
        {
            return (null, true);
        }

        int taken = 0;
        foreach (QueuedRow row in queued)
        {
            taken++;
            List<string> texts = row.Kind == (int)EvidenceKind.Erasure ? Erase(c, row, appender.Size) : [IsErased(c, row) ? Reduced(row) : row.Details];
            for (int part = 0; part < texts.Count; part++)
            {
                Place(c, appender, part == 0 ? row.Id : AddPart(c, row, part), row, texts[part]);
            }

            if (row.Kind == (int)EvidenceKind.Key && row.Once != KeyOnce(key.PublicKey.Id))
            {
                // The key that comes next signs what comes next, so that an old key is good for nothing behind its successor's entry.
                break;
            }
        }

        tiles.Store(appender);
        c.Execute("UPDATE evidence_state SET size = @Size WHERE id = 1", new { appender.Size });
        return (SignTree(c, appender.Size, key), taken < queued.Count || queued.Count == _options.BatchSize);
    }

    private static void Place(DbConnection c, MerkleAppender appender, long id, QueuedRow row, string details)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(EvidenceLeaf.SaltSize);
        byte[] commitment = EvidenceLeaf.Commit(salt, details);
        c.Execute(
            "UPDATE evidence_entries SET leaf_index = @Index, details = @Details, salt = @Salt, commitment = @Commitment WHERE id = @Id",
            new { Index = appender.Size, Details = details, Salt = salt, Commitment = commitment, Id = id });
        appender.Append(MerkleHash.Leaf(new EvidenceLeaf((EvidenceKind)row.Kind, DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs), commitment).Encode()));
    }

    private static long AddPart(DbConnection c, QueuedRow row, int part) => c.QuerySingle<long>(
        "INSERT INTO evidence_entries (once, kind, at_ms, subject, object_name) VALUES (@Once, @Kind, @AtMs, @Subject, @ObjectName) RETURNING id",
        new { Once = FormattableString.Invariant($"{row.Once} {part}"), row.Kind, row.AtMs, row.Subject, row.ObjectName });

    /// <summary>Whether a newer key has its entry in the tree, so that this one may sign nothing more.</summary>
    private static bool IsRetired(DbConnection c, EvidencePublicKey key)
    {
        foreach (string id in c.Query<string>("SELECT key_id FROM evidence_keys ORDER BY sequence DESC").TakeWhile(id => id != key.Id))
        {
            if (c.ExecuteScalar<long>("SELECT COUNT(*) FROM evidence_entries WHERE once = @Once AND leaf_index IS NOT NULL", new { Once = KeyOnce(id) }) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends a rotation whose process was killed, or is about to end it itself, after the log knew of the new key.</summary>
    private async Task EndRotationAsync(EvidencePublicKey retired, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvidenceKeyInfo> known = await ListKeysAsync(cancellationToken).ConfigureAwait(false);
        _keys.Recover(next => known.Any(k => k.Key.Id == next.Id));
        using EvidenceSigningKey key = _keys.Open();
        if (key.PublicKey.Id == retired.Id)
        {
            throw new StorageException($"evidence log: the key in {_options.Directory} is {retired.Id}, the newest of {Origin} is {known[^1].Key.Id}");
        }
    }

    /// <summary>Deletes what the log knows of an erased object and says which entries that were: the details of the entries that the erasure needs, one as a rule.</summary>
    private static List<string> Erase(DbConnection c, QueuedRow erasure, long size)
    {
        // What is about the whole event, such as its legal holds, goes with the last of its objects.
        var of = new { erasure.Subject, erasure.ObjectName, Size = size };
        string nameless = IsLive(c, erasure.Subject, erasure.ObjectName) ? "" : " OR object_name IS NULL";
        string which = $"subject = @Subject AND leaf_index < @Size AND details IS NOT NULL AND kind <> {(int)EvidenceKind.Erasure} AND (object_name = @ObjectName{nameless})";
        List<long> indices = [.. c.Query<long>($"SELECT leaf_index FROM evidence_entries WHERE {which} ORDER BY leaf_index", of)];
        c.Execute($"UPDATE evidence_entries SET details = NULL, salt = NULL WHERE {which}", of);

        // Neither camera nor event are told by what stays; the event's hash is there for whoever knows its id.
        KeyValuePair<string, string>[] kept =
            [.. (EvidenceDetails.Read(erasure.Details) ?? new Dictionary<string, string>()).Where(d => EvidenceFields.KeptByErasure.Contains(d.Key) && d.Value.Length <= MaxKeptByErasure)];
        var texts = new List<string>();
        for (int done = 0; done == 0 || done < indices.Count; done += MaxErasedByEntry)
        {
            string entries = IndexRanges.Write(indices.GetRange(done, Math.Min(MaxErasedByEntry, indices.Count - done)));
            texts.Add(EvidenceDetails.Write(new Dictionary<string, string>(kept) { [EvidenceFields.Entries] = entries, [EvidenceFields.EventHash] = erasure.Subject ?? "" }));
        }

        return texts;
    }

    /// <summary>Whether the log still tells of another object of the event.</summary>
    private static bool IsLive(DbConnection c, string? subject, string? exceptName) => c.QueryFirstOrDefault<long?>(
        $"""
        SELECT id FROM evidence_entries WHERE subject = @Subject AND kind IN ({(int)EvidenceKind.Acceptance}, {(int)EvidenceKind.Archive})
        AND details IS NOT NULL AND object_name IS NOT NULL AND object_name <> @ExceptName LIMIT 1
        """,
        new { Subject = subject, ExceptName = exceptName ?? "" }) is not null;

    /// <summary>Whether what a queued entry is about was erased before and has not come again, so that the entry must not tell of it.</summary>
    private static bool IsErased(DbConnection c, QueuedRow row)
    {
        if (row.Subject is null)
        {
            return false;
        }

        string ofName = row.ObjectName is null ? "" : "AND object_name = @ObjectName";

        // Not MAX, for which a database would walk back through all entries of the event.
        List<long> erasures = [.. c.Query<long>(
            $"SELECT leaf_index FROM evidence_entries WHERE kind = {(int)EvidenceKind.Erasure} AND leaf_index IS NOT NULL AND subject = @Subject {ofName}", new { row.Subject, row.ObjectName })];
        if (erasures.Count == 0)
        {
            return false;
        }

        return row.ObjectName is null ? !IsLive(c, row.Subject, null) : c.QueryFirstOrDefault<long?>(
            $"""
            SELECT id FROM evidence_entries WHERE subject = @Subject AND object_name = @ObjectName AND (leaf_index > @Erased OR (leaf_index IS NULL AND id <= @Id))
            AND (kind = {(int)EvidenceKind.Acceptance} OR (kind = {(int)EvidenceKind.Archive} AND details LIKE '%"{EvidenceFields.What}":"{EvidenceFields.Adopted}"%')) LIMIT 1
            """,
            new { row.Subject, row.ObjectName, Erased = erasures.Max(), row.Id }) is null;
    }

    /// <summary>What an entry about an erased object says: neither camera, nor event, nor who.</summary>
    private static string Reduced(QueuedRow row)
    {
        string[] kept = [EvidenceFields.What, EvidenceFields.Name];
        IEnumerable<KeyValuePair<string, string>> details = (EvidenceDetails.Read(row.Details) ?? new Dictionary<string, string>()).Where(d => kept.Contains(d.Key));
        return EvidenceDetails.Write(new Dictionary<string, string>(details) { [EvidenceFields.EventHash] = row.Subject! });
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
            EvidenceCheckpoint? last = _keys.LastSigned;
            using EvidenceSigningKey key = _keys.Open();
            EvidenceCheckpoint checkpoint = await _database.WriteAsync(
                c =>
                {
                    Lock(c);
                    return last is null || Extends(c, last) ? SignTree(c, Size(c), key) : throw Forked(last);
                },
                cancellationToken).ConfigureAwait(false);
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

        if (!await _database.ReadAsync(c => Extends(c, signed), cancellationToken).ConfigureAwait(false))
        {
            throw Forked(signed);
        }
    }

    /// <summary>Whether the tree begins with what was signed: a database restored from a backup, or a replica that was behind when it took over, does not.</summary>
    private bool Extends(DbConnection c, EvidenceCheckpoint signed) =>
        signed.Origin == Origin && signed.Size <= Size(c) && new MerkleTree(new SqlMerkleTiles(c)).Root(signed.Size).AsSpan().SequenceEqual(signed.Root.Span);

    private StorageException Forked(EvidenceCheckpoint signed) => new(
        $"evidence log: {_options.Directory} has signed {signed.Size} entries of {signed.Origin} that the database does not have; it is an older copy. "
        + "To begin a new log in its place, move the folder away and empty the evidence_ tables");

    private void Publish(EvidenceCheckpoint checkpoint)
    {
        if (_options.PublishDirectory is not { } folder)
        {
            return;
        }

        try
        {
            string of = Path.Combine(folder, Origin[(Origin.LastIndexOf('/') + 1)..]);
            if (!Directory.Exists(of))
            {
                DurableFile.CreateFolder(of);
                FolderOwner.Hand(of);
            }

            string file = Path.Combine(of, $"{checkpoint.Size:D20}.checkpoint");
            if (File.Exists(file) && !EvidenceCheckpoint.Parse(File.ReadAllText(file)).Root.Span.SequenceEqual(checkpoint.Root.Span))
            {
                throw new StorageException($"{file} has another root: one of the two was forged, or the log's database was replaced");
            }

            EvidenceKeyring.Write(file, checkpoint.Note);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageException)
        {
            Log.PublishFailed(_logger, checkpoint.Size, e);
        }
    }

    private sealed class QueuedRow
    {
        public long Id { get; init; }

        public string Once { get; init; } = "";

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
