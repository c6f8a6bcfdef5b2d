using System.Buffers;
using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// One upload into the spool. Write the bytes in order, then complete; disposing without completing keeps what arrived for a resume. For one caller at a time.
/// </summary>
/// <remarks>
/// The header is checked as soon as it is there, so that an unsealed file is refused within its first bytes. A refusal ends the upload and removes all of it.
/// </remarks>
public sealed class SealedUpload : IAsyncDisposable
{
    /// <summary>How many bytes an upload of unknown size asks the quota for at a time.</summary>
    private const long ReserveStep = 16 << 20;

    private readonly Target _target;
    private readonly SealedArchiveOptions _options;
    private readonly Spool _spool;
    private readonly SealedObjectIndex _index;
    private readonly ArchiveOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CidHasher _cid = new();
    private readonly ArrayBufferWriter<byte> _start = new();
    private readonly PlaintextProbe _probe = new();
    private SealedHeader? _header;
    private long _durable;
    private long _reserved;
    private bool _ended;

    private SealedUpload(Target target, SealedArchiveOptions options, Spool spool, SealedObjectIndex index, ArchiveOutbox outbox, TimeProvider time, FileStream file)
    {
        _target = target;
        _options = options;
        _spool = spool;
        _index = index;
        _outbox = outbox;
        _time = time;
        _file = file;
        _reserved = target.Reserved;
    }

    internal sealed record Target(SealedObjectId Id, string CameraId, long StartOffset, long? TotalSize, long Reserved, DateTimeOffset CreatedAt);

    /// <summary>Sealed bytes taken so far, those of earlier uploads included.</summary>
    public long Position { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    /// <returns>Null when they are taken; else the upload is over and nothing of it is left.</returns>
    /// <exception cref="StorageException">The disk failed; what was checkpointed before stays for a resume.</exception>
    public async ValueTask<UploadRefusal?> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        long limit = _target.TotalSize ?? _options.MaxObjectBytes;
        if (Position + bytes.Length > limit)
        {
            return await RefuseAsync(UploadRefusalReason.TooLarge, $"size: more than {limit} bytes").ConfigureAwait(false);
        }

        if ((CheckStart(bytes.Span) ?? CheckPayload(bytes.Span)) is { } wrong)
        {
            return await RefuseAsync(wrong.Reason, wrong.Message).ConfigureAwait(false);
        }

        if (Position + bytes.Length > _reserved && await ReserveAsync(Position + bytes.Length - _reserved, cancellationToken).ConfigureAwait(false) is { } full)
        {
            return await RefuseAsync(full.Reason, full.Message).ConfigureAwait(false);
        }

        if (!_spool.TryReserve(bytes.Length))
        {
            // Not a refusal of the content: the rest may come when there is room.
            await SuspendAsync().ConfigureAwait(false);
            GuardianStorageTelemetry.Refused(UploadRefusalReason.SpoolFull);
            return new UploadRefusal(UploadRefusalReason.SpoolFull, $"spool: it holds its limit of {_options.MaxSpoolBytes} bytes");
        }

        bool written = false;
        try
        {
            await RandomAccess.WriteAsync(_file.SafeFileHandle, bytes, Position, cancellationToken).ConfigureAwait(false);
            written = true;
        }
        catch (IOException e)
        {
            throw new StorageException($"spool: {e.Message}", isTransient: true, e);
        }
        finally
        {
            if (!written)
            {
                _spool.Release(bytes.Length);
            }
        }

        _hash.AppendData(bytes.Span);
        _cid.Append(bytes.Span);
        Position += bytes.Length;
        if (Position - _durable >= _options.CheckpointBytes && _header is not null && await CheckpointAsync(cancellationToken).ConfigureAwait(false) is { } gone)
        {
            return await RefuseAsync(gone.Reason, gone.Message).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Ends the upload. When the task ends with <see cref="UploadOutcome.Stored"/>, the object is durable and may be acknowledged.</summary>
    /// <exception cref="StorageException">The disk failed; what was checkpointed before stays for a resume.</exception>
    public async Task<UploadOutcome> CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        try
        {
            // With fewer bytes than a header this throws and says what is missing.
            _header ??= SealedHeader.Parse(_start.WrittenSpan);
            _header.PlaintextLength(Position);
        }
        catch (SealedFormatException e)
        {
            return new UploadOutcome(null, await RefuseAsync(UploadRefusalReason.NotSealed, e.Message).ConfigureAwait(false));
        }

        if (_probe.Conclude() is { } plain)
        {
            return new UploadOutcome(null, await RefuseAsync(UploadRefusalReason.NotSealed, plain).ConfigureAwait(false));
        }

        if (_target.TotalSize is { } total && total != Position)
        {
            // Not a refusal of the content: the rest may still come.
            await SuspendAsync().ConfigureAwait(false);
            return new UploadOutcome(null, new UploadRefusal(UploadRefusalReason.WrongOffset, $"size: {Position} of {total} bytes arrived") { ExpectedOffset = Position });
        }

        Flush();
        _spool.FlushFolder();
        SealedObjectInfo stored = Info(SealedObjectStatus.Pending, _hash.GetHashAndReset()) with { Cid = _cid.Finish() };
        if (await _index.AcceptAsync(stored, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return new UploadOutcome(null, await RefuseAsync(refusal.Reason, refusal.Message).ConfigureAwait(false));
        }

        End();
        _outbox.Wake();
        GuardianStorageTelemetry.Accepted(stored.Size);
        return new UploadOutcome(stored, null);
    }

    /// <summary>Keeps what arrived for a resume, unless the upload was completed or refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            await SuspendAsync().ConfigureAwait(false);
        }

        _hash.Dispose();
        _cid.Dispose();
    }

    /// <summary>Asks the quota for more: a step, or just what is needed where a step is too much.</summary>
    private async Task<UploadRefusal?> ReserveAsync(long needed, CancellationToken cancellationToken)
    {
        long step = Math.Max(needed, ReserveStep);
        UploadRefusal? refusal = await _index.GrowAsync(_target.Id, _target.CameraId, step, cancellationToken).ConfigureAwait(false);
        if (refusal is not null && step > needed)
        {
            step = needed;
            refusal = await _index.GrowAsync(_target.Id, _target.CameraId, step, cancellationToken).ConfigureAwait(false);
        }

        if (refusal is null)
        {
            _reserved += step;
        }

        return refusal;
    }

    internal static async Task<SealedUpload> OpenAsync(
        Target target, SealedArchiveOptions options, Spool spool, SealedObjectIndex index, ArchiveOutbox outbox, TimeProvider time, CancellationToken cancellationToken)
    {
        FileStream file = spool.OpenWrite(target.Id, target.StartOffset);
        var upload = new SealedUpload(target, options, spool, index, outbox, time, file);
        try
        {
            await upload.ReplayAsync(cancellationToken).ConfigureAwait(false);
            return upload;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            upload._hash.Dispose();
            upload._cid.Dispose();
            throw;
        }
    }

    /// <summary>A resumed upload needs the hash and header of what is stored already.</summary>
    private async Task ReplayAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[256 * 1024];
        while (Position < _target.StartOffset)
        {
            int read = await RandomAccess.ReadAsync(_file.SafeFileHandle, buffer, Position, cancellationToken).ConfigureAwait(false);
            CheckStart(buffer.AsSpan(0, read));
            CheckPayload(buffer.AsSpan(0, read));
            _hash.AppendData(buffer.AsSpan(0, read));
            _cid.Append(buffer.AsSpan(0, read));
            Position += read;
        }

        _durable = Position;
    }

    /// <summary>Gathers the first bytes until they are a header, then holds it against the rules.</summary>
    private UploadRefusal? CheckStart(ReadOnlySpan<byte> bytes)
    {
        if (_header is not null)
        {
            return null;
        }

        _start.Write(bytes[..Math.Min(bytes.Length, SealedHeader.MaxLength - _start.WrittenCount)]);
        try
        {
            _header = SealedHeader.Parse(_start.WrittenSpan);
        }
        catch (SealedFormatException e) when (e.Error == SealedFormatError.Truncated)
        {
            return null;
        }
        catch (SealedFormatException e)
        {
            return new UploadRefusal(UploadRefusalReason.NotSealed, e.Message);
        }

        bool wanted = _options.RequiredRecipients.Count == 0 || _header.Recipients.Any(_options.RequiredRecipients.Contains);
        return wanted ? null : new UploadRefusal(UploadRefusalReason.WrongRecipient, "recipients: the object is not sealed to the customer's key");
    }

    /// <summary>Holds what follows the header against what ciphertext looks like.</summary>
    private UploadRefusal? CheckPayload(ReadOnlySpan<byte> bytes)
    {
        if (_header is null)
        {
            return null;
        }

        int headerHere = (int)Math.Clamp(_header.Length - Position, 0, bytes.Length);
        return _probe.Add(bytes[headerHere..]) is { } problem ? new UploadRefusal(UploadRefusalReason.NotSealed, problem) : null;
    }

    /// <returns>Null, or that the row is no longer this upload's.</returns>
    private async Task<UploadRefusal?> CheckpointAsync(CancellationToken cancellationToken)
    {
        Flush();
        if (_durable == 0)
        {
            _spool.FlushFolder();
        }

        UploadRefusal? gone = await _index.CheckpointAsync(Info(SealedObjectStatus.Receiving, default), _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (gone is null)
        {
            _durable = Position;
        }

        return gone;
    }

    private async Task SuspendAsync()
    {
        try
        {
            if (_header is not null && Position > _durable)
            {
                // The caller may be gone; what it sent is kept all the same.
                await CheckpointAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (StorageException)
        {
            // The disk refuses: what was checkpointed before is what a resume finds.
        }
        finally
        {
            _file.Dispose();
            if (!await IsAcceptedAsync().ConfigureAwait(false))
            {
                _spool.Release(Position - _durable);
                if (_durable == 0)
                {
                    await ForgetAsync().ConfigureAwait(false);
                }
            }

            End();
        }
    }

    /// <summary>Whether the row says so although this upload was told that it failed: the answer of the database may have been lost.</summary>
    private async Task<bool> IsAcceptedAsync()
    {
        try
        {
            return await _index.GetAsync(_target.Id, CancellationToken.None).ConfigureAwait(false) is { Status: not (SealedObjectStatus.Receiving or SealedObjectStatus.Deleting) };
        }
        catch (StorageException)
        {
            // Nobody knows: the next start counts anew.
            return true;
        }
    }

    private async Task ForgetAsync()
    {
        try
        {
            if (await _index.RemoveAsync(_target.Id, CancellationToken.None).ConfigureAwait(false))
            {
                _spool.Delete(_target.Id);
            }
        }
        catch (StorageException)
        {
            // The next start finds a row without bytes and removes it.
        }
    }

    private async Task<UploadRefusal> RefuseAsync(UploadRefusalReason reason, string message)
    {
        try
        {
            // Row before file, and whether the caller is still there or not: a row must never vouch for bytes that are gone.
            bool isForgotten = await _index.RemoveAsync(_target.Id, CancellationToken.None).ConfigureAwait(false);
            _file.Dispose();
            if (isForgotten && _spool.Delete(_target.Id))
            {
                _spool.Release(Position);
            }
        }
        finally
        {
            End();
        }

        GuardianStorageTelemetry.Refused(reason);
        return new UploadRefusal(reason, message);
    }

    private void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
        catch (IOException e)
        {
            throw new StorageException($"spool: {e.Message}", isTransient: true, e);
        }
    }

    /// <summary>Last of all the claim on the object goes: whoever has it next must find files and rows settled.</summary>
    private void End()
    {
        _ended = true;
        _file.Dispose();
        _spool.Close(_target.Id);
    }

    private SealedObjectInfo Info(SealedObjectStatus status, ReadOnlyMemory<byte> sha256) => new()
    {
        Id = _target.Id,
        CameraId = _target.CameraId,
        Bucket = BucketName.ForCamera(_target.CameraId),
        Key = ObjectKey.ForEvent(_target.Id.EventId, _target.Id.Name),
        Status = status,
        Size = Position,
        Sha256 = sha256,
        ContentType = _header!.ContentType,
        Recipients = _header.Recipients,
        CreatedAt = _target.CreatedAt,
    };
}
