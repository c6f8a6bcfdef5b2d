using Guardian.Shared.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Storage;

/// <summary>
/// The customer's archive as the node runs it: takes sealed objects into a durable spool, acknowledges them, archives them from there, and reads them back
/// from wherever they are. It checks what can be checked without a key and holds none. Safe for use by many threads; one process at a time.
/// </summary>
public sealed class SealedArchive : IAsyncDisposable
{
    /// <summary>An upload of which another node has recorded nothing for this long is taken over.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromMinutes(10);

    private readonly SealedArchiveOptions _options;
    private readonly IArchiveStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FolderLock _lock;
    private readonly Spool _spool;
    private readonly StorageDatabase _database;
    private readonly SealedObjectIndex _index;
    private readonly ArchiveOutbox _outbox;
    private readonly ArchiveUpkeep _upkeep;
    private readonly RecentObjects _recent;
    private readonly CancellationTokenSource _disposing = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _recovered;
    private EvidenceLog? _evidence;
    private SignedLinks? _links;

    /// <summary>Opens the spool and index, and locks the folder against other processes. Call <see cref="RecoverAsync"/> before anything else.</summary>
    /// <param name="options">Folder and bounds.</param>
    /// <param name="store">Where objects last.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="logger">Where to report; nowhere by default.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    /// <exception cref="StorageException">Another process uses the folder, or its index cannot be opened.</exception>
    public SealedArchive(SealedArchiveOptions options, IArchiveStore store, TimeProvider? timeProvider = null, ILogger<SealedArchive>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _store = store;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<SealedArchive>.Instance;
        DurableFile.CreateFolder(options.Directory);
        _lock = FolderLock.Take(options.Directory);
        try
        {
            _spool = new Spool(Path.Combine(options.Directory, "spool"), options);
            _database = StorageDatabase.Open(options);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }

        var ledger = new UsageLedger(options, _database.Dialect);
        var deletions = new DeletionQueue(_database, _time);
        _index = new SealedObjectIndex(_database, _spool.Id, ledger);
        _outbox = new ArchiveOutbox(options, store, _index, _spool, _time, _logger);
        var sweeper = new RetentionSweeper(options, store, _database, ledger, deletions, _outbox, _spool, _time, _logger);
        var reconciler = new Reconciler(store, _database, ledger, _time, _logger);
        _upkeep = new ArchiveUpkeep(options, _database, ledger, sweeper, reconciler, _time, _logger);
        _recent = new RecentObjects(_time);
        Register = new ArchiveRegister(_database, options, _time, changed: () =>
        {
            _recent.Clear();
            _upkeep.Wake();
            _outbox.Wake();
        });
    }

    /// <summary>What the archive holds, and what the operator decides about it.</summary>
    public ArchiveRegister Register { get; }

    /// <summary>
    /// A camera, or all of them together, has come to <see cref="SealedArchiveOptions.QuotaWarning"/> of its quota. Raised once each time, by the thread of <see cref="RunAsync"/>.
    /// </summary>
    public event EventHandler<CameraUsage>? QuotaNearlyFull
    {
        add => _upkeep.QuotaNearlyFull += value;
        remove => _upkeep.QuotaNearlyFull -= value;
    }

    /// <summary>The log of what the archive did.</summary>
    /// <exception cref="InvalidOperationException"><see cref="RecoverAsync"/> has not been called.</exception>
    public EvidenceLog Evidence => _evidence ?? throw new InvalidOperationException("call RecoverAsync before the evidence log is used");

    /// <summary>Links to single objects for single viewers.</summary>
    /// <exception cref="InvalidOperationException"><see cref="RecoverAsync"/> has not been called.</exception>
    public SignedLinks Links => _links ?? throw new InvalidOperationException("call RecoverAsync before links are used");

    /// <summary>How the store is doing, as the outbox meets it.</summary>
    public ArchiveStoreHealth StoreHealth => _outbox.StoreHealth;

    /// <summary>Puts right what a killed process left behind: call once before anything else.</summary>
    /// <exception cref="StorageException">Index or evidence log cannot be opened, or the log's key is not there.</exception>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        _evidence ??= await EvidenceLog.OpenAsync(_database, _options.EvidenceWithDirectory(), _time, _logger, cancellationToken).ConfigureAwait(false);
        _links ??= new SignedLinks(_database, _evidence, _options.LinksWithDirectory(), _time);
        await _index.ReleaseAllAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<SealedObjectInfo> spooled = await _index.ListSpooledAsync(cancellationToken).ConfigureAwait(false);
        foreach (SealedObjectInfo lost in spooled.Where(o => o.Status == SealedObjectStatus.Receiving && (o.Size == 0 || !_spool.Has(o))))
        {
            await _index.RemoveAsync(lost.Id, cancellationToken).ConfigureAwait(false);
        }

        _spool.Recover(await _index.ListSpooledAsync(cancellationToken).ConfigureAwait(false));
        _recovered = true;
    }

    /// <summary>Begins or resumes an upload.</summary>
    /// <param name="id">Which object.</param>
    /// <param name="cameraId">The camera it belongs to: 1 to 128 characters.</param>
    /// <param name="startOffset">Where the bytes that follow belong: 0, or the size of what is stored of an interrupted upload.</param>
    /// <param name="totalSize">Bytes of the whole object when known; enforced at the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException"><see cref="RecoverAsync"/> has not been called.</exception>
    /// <exception cref="StorageException">The disk or the index failed.</exception>
    public async Task<UploadStart> BeginUploadAsync(SealedObjectId id, string cameraId, long startOffset, long? totalSize, CancellationToken cancellationToken)
    {
        UploadStart Refuse(UploadRefusalReason reason, string message) => new(null, new UploadRefusal(reason, message));

        _ = BucketName.ForCamera(cameraId);
        if (!_recovered)
        {
            throw new InvalidOperationException("call RecoverAsync before uploads begin");
        }

        if (totalSize > _options.MaxObjectBytes)
        {
            return Refuse(UploadRefusalReason.TooLarge, $"total_size: {totalSize} bytes, at most {_options.MaxObjectBytes} are taken");
        }

        if (_spool.TryOpen(id) is { } refusal)
        {
            return new UploadStart(null, refusal);
        }

        bool handedOver = false;
        try
        {
            SealedObjectInfo? existing = await _index.GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (existing is not null && existing.CameraId != cameraId)
            {
                return Refuse(UploadRefusalReason.OtherCamera, $"{id} belongs to another camera");
            }

            if (existing is { Status: SealedObjectStatus.Deleting })
            {
                return Refuse(UploadRefusalReason.Erased, $"{id} is being deleted");
            }

            if (existing is { Status: not SealedObjectStatus.Receiving })
            {
                return new UploadStart(null, new UploadRefusal(UploadRefusalReason.AlreadyComplete, $"{id} is complete with {existing.Size} bytes") { Existing = existing });
            }

            // What another node is receiving is left to it, until nothing has come for so long that it must be gone.
            if (existing is not null && existing.Holder != _spool.Id)
            {
                if (!await _index.RemoveStaleAsync(id, _time.GetUtcNow() - TakeOver, cancellationToken).ConfigureAwait(false))
                {
                    return Refuse(UploadRefusalReason.AlreadyUploading, $"{id} is being uploaded through another node");
                }

                existing = null;
            }

            // An edge that starts over may do so; any other offset must be where the stored bytes end.
            long stored = existing is not null && _spool.Has(existing) ? existing.Size : 0;
            if (startOffset != 0 && startOffset != stored)
            {
                return new UploadStart(null, new UploadRefusal(UploadRefusalReason.WrongOffset, $"start_offset: {startOffset}, the stored bytes end at {stored}") { ExpectedOffset = stored });
            }

            if (existing is not null && startOffset == 0)
            {
                // Row before file: a row must never vouch for bytes that are gone.
                await _index.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
                if (_spool.Delete(id))
                {
                    _spool.Release(existing.Size);
                }
            }

            DateTimeOffset createdAt = existing?.CreatedAt ?? _time.GetUtcNow();
            long reserved = existing?.Reserved ?? 0;
            if (existing is null || startOffset == 0)
            {
                reserved = totalSize ?? 0;
                if (await _index.BeginAsync(id, cameraId, createdAt, _time.GetUtcNow(), reserved, cancellationToken).ConfigureAwait(false) is { } full)
                {
                    GuardianStorageTelemetry.Refused(full.Reason);
                    return new UploadStart(null, full);
                }
            }

            var target = new SealedUpload.Target(id, cameraId, startOffset, totalSize, reserved, createdAt);
            SealedUpload upload;
            try
            {
                upload = await SealedUpload.OpenAsync(target, _options, _spool, _index, _outbox, _time, cancellationToken).ConfigureAwait(false);
            }
            catch when (startOffset == 0)
            {
                // It has no byte to vouch for, and would keep its place on the quota.
                await _index.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
                throw;
            }

            handedOver = true;
            return new UploadStart(upload, null);
        }
        finally
        {
            if (!handedOver)
            {
                _spool.Close(id);
            }
        }
    }

    /// <summary>Stores an object that is whole in memory: what the node itself sealed to the customer.</summary>
    /// <returns>What is stored, also when it was there already.</returns>
    public async Task<UploadOutcome> StoreAsync(SealedObjectId id, string cameraId, ReadOnlyMemory<byte> sealedBytes, CancellationToken cancellationToken)
    {
        UploadStart start = await BeginUploadAsync(id, cameraId, 0, sealedBytes.Length, cancellationToken).ConfigureAwait(false);
        if (start.Upload is not { } upload)
        {
            return start.Refusal!.Existing is { } existing ? new UploadOutcome(existing, null) : new UploadOutcome(null, start.Refusal);
        }

        await using (upload.ConfigureAwait(false))
        {
            UploadRefusal? refusal = await upload.WriteAsync(sealedBytes, cancellationToken).ConfigureAwait(false);
            return refusal is null ? await upload.CompleteAsync(cancellationToken).ConfigureAwait(false) : new UploadOutcome(null, refusal);
        }
    }

    /// <summary>What the index holds of an object.</summary>
    /// <returns>Null when it never arrived.</returns>
    public Task<SealedObjectInfo?> GetAsync(SealedObjectId id, CancellationToken cancellationToken) => Register.GetAsync(id, cancellationToken);

    /// <summary>Everything of one event, by name.</summary>
    public Task<IReadOnlyList<SealedObjectInfo>> ListForEventAsync(Guid eventId, CancellationToken cancellationToken) => Register.ListForEventAsync(eventId, cancellationToken);

    /// <summary>Holds the index against the store's own listing, and counts the quota anew.</summary>
    /// <param name="repair">
    /// Whether to mark objects that the archive has lost as failed, and to take those that it has and the index does not into the index. Wrong quota figures are put right in any case.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">Store or index failed; what was put right until then stays so.</exception>
    public Task<ReconcileReport> ReconcileAsync(bool repair, CancellationToken cancellationToken) => _upkeep.ReconcileAsync(repair, cancellationToken);

    /// <summary>
    /// As <see cref="GetAsync"/>, for whoever gives objects out: of an archived object it may say what was so up to a second ago, unless this process has erased something since.
    /// </summary>
    /// <returns>Null when it never arrived.</returns>
    /// <exception cref="StorageException">The index failed.</exception>
    public async ValueTask<SealedObjectInfo?> GetForReadingAsync(SealedObjectId id, CancellationToken cancellationToken)
    {
        if (_recent.Find(id) is { } known)
        {
            return known;
        }

        int generation = _recent.Generation;
        SealedObjectInfo? info = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (info is not null)
        {
            _recent.Add(info, generation);
        }

        return info;
    }

    /// <summary>Opens an object of which the index has just been asked, in one round trip to the store as a rule.</summary>
    /// <param name="info">What the index said.</param>
    /// <param name="range">Which bytes; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="OpenReadAsync(SealedObjectId, ByteRange?, CancellationToken)" path="/returns"/>
    /// <inheritdoc cref="OpenReadAsync(SealedObjectId, ByteRange?, CancellationToken)" path="/exception"/>
    public async Task<ArchiveRead?> OpenReadAsync(SealedObjectInfo info, ByteRange? range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArchiveRead? read = info is { Status: SealedObjectStatus.Completed, ArchivedAt: not null }
            ? await _store.OpenReadAsync(info.Bucket, info.Key, range, cancellationToken).ConfigureAwait(false) : null;
        return read ?? await OpenReadAsync(info.Id, range, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens an object's sealed bytes, or a range of them, from the archive or, while it is not there yet, from the spool.</summary>
    /// <returns>Null when the object is not complete, or was never here.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range starts past the end.</exception>
    /// <exception cref="StorageException">The store failed, or lost the object.</exception>
    public async Task<ArchiveRead?> OpenReadAsync(SealedObjectId id, ByteRange? range, CancellationToken cancellationToken)
    {
        // The spool file may vanish between look-up and opening because the object has just been archived; the index then says so.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            SealedObjectInfo? info = await _index.GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (info is null or { Status: SealedObjectStatus.Receiving or SealedObjectStatus.Deleting })
            {
                return null;
            }

            if (info.ArchivedAt is null && info.Holder != _spool.Id)
            {
                throw new StorageException($"{id} is not archived yet, and another node has it", isTransient: true);
            }

            ArchiveRead? read = info.ArchivedAt is not null
                ? await _store.OpenReadAsync(info.Bucket, info.Key, range, cancellationToken).ConfigureAwait(false)
                : _spool.OpenRead(id, range);
            if (read is not null)
            {
                return read;
            }
        }

        throw new StorageException($"{id} is indexed as archived but the store does not have it");
    }

    /// <summary>
    /// Writes an event's sealed objects as a CAR file (version 1), for IPFS and Filecoin: its one root is a directory that holds them by their names, and the identifiers are those in the index. Each object is held against its identifier
    /// as it is written.
    /// </summary>
    /// <param name="eventId">The event.</param>
    /// <param name="output">Where to write; it need not be seekable, and stays open.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the event has no complete object; then nothing is written.</returns>
    /// <exception cref="StorageException">The store failed, or an object is not what the index says: what was written is to be thrown away.</exception>
    public async Task<CarExport?> ExportCarAsync(Guid eventId, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var files = new List<(SealedObjectInfo Info, string Cid)>();
        foreach (SealedObjectInfo info in await Register.ListForEventAsync(eventId, cancellationToken).ConfigureAwait(false))
        {
            if (info.Status is SealedObjectStatus.Pending or SealedObjectStatus.Uploading or SealedObjectStatus.Completed)
            {
                // Objects of before identifiers were kept are read twice.
                files.Add((info, info.Cid ?? await WriteCarFileAsync(info, new CarWriter(Stream.Null), cancellationToken).ConfigureAwait(false)));
            }
        }

        if (files.Count == 0)
        {
            return null;
        }

        var car = new CarWriter(output);
        string root = await car.BeginAsync(files.Select(f => (f.Info.Id.Name, f.Cid, f.Info.Size)), cancellationToken).ConfigureAwait(false);
        foreach ((SealedObjectInfo info, string cid) in files)
        {
            if (await WriteCarFileAsync(info, car, cancellationToken).ConfigureAwait(false) is var written && written != cid)
            {
                throw new StorageException($"{info.Id} has the cid {written}, {cid} is indexed");
            }
        }

        return new CarExport(root, files.Count, car.Written);
    }

    /// <summary>Archives what is due, until nothing is.</summary>
    /// <returns>How many objects reached the archive.</returns>
    public Task<int> ArchiveDueAsync(CancellationToken cancellationToken) => _outbox.ArchiveDueAsync(cancellationToken);

    /// <summary>Deletes what has outlived its time, what a full quota pushes out, and what was erased.</summary>
    /// <returns>How many objects went.</returns>
    public Task<int> DeleteDueAsync(CancellationToken cancellationToken) => _upkeep.DeleteDueAsync(cancellationToken);

    /// <summary>Archives what arrives, and deletes, warns and reconciles when it is time, until cancelled or disposed: run it once, in the background.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        _running = Task.WhenAll(_outbox.RunAsync(ended.Token), _upkeep.RunAsync(ended.Token), Evidence.RunAsync(ended.Token));
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            // It ends with its archive.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposing.IsCancellationRequested)
        {
            return;
        }

        // What runs must find its database open to the end.
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outbox.Dispose();
        _upkeep.Dispose();
        if (_evidence is { } evidence)
        {
            await evidence.DisposeAsync().ConfigureAwait(false);
        }

        await _database.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
        _disposing.Dispose();
    }

    private async Task<string> WriteCarFileAsync(SealedObjectInfo info, CarWriter car, CancellationToken cancellationToken)
    {
        ArchiveRead read = await OpenReadAsync(info.Id, range: null, cancellationToken).ConfigureAwait(false) ?? throw new StorageException($"{info.Id} is gone");
        await using (read.ConfigureAwait(false))
        {
            return await car.AddAsync(read.Content, cancellationToken).ConfigureAwait(false);
        }
    }
}
