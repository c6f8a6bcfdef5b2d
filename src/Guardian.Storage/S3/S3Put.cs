using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Guardian.Storage;

/// <summary>
/// One put:
/// 1. look whether the object is there; 2. fill a part, and if it holds everything, send it under the condition that there is no such object; 3. else begin an upload in
/// parts, or find the one that was interrupted; 4. send parts, several at a time, skipping those that have arrived; 5. check length and hash of the whole; 6. complete it
/// under the same condition.
/// </summary>
internal sealed class S3Put(
    AmazonS3Client client, S3Calls calls, PartBuffers buffers, KeyLocks locks, S3ArchiveOptions settings, string bucket, ObjectKey key, PutContent content, PutOptions options) : IDisposable
{
    /// <summary>S3's own limit.</summary>
    private const int MaxParts = 10_000;
    private const string IfNone = "*";

    private readonly S3Uploads _uploads = new(client, calls, bucket, key);
    private readonly string _name = $"{bucket}/{key}";

    public async Task<PutResult> RunAsync(CancellationToken cancellationToken)
    {
        if (await S3ArchiveStore.StatAsync(client, calls, bucket, key, cancellationToken).ConfigureAwait(false) is not null)
        {
            if (options.Resume)
            {
                await _uploads.AbortAllAsync(cancellationToken).ConfigureAwait(false);
            }

            return PutResult.AlreadyExists;
        }

        byte[] first = await buffers.RentAsync((int)Math.Clamp(options.Length ?? long.MaxValue, 1, settings.PartBytes), cancellationToken).ConfigureAwait(false);
        bool handedOver = false;
        try
        {
            int count = await content.FillAsync(first.AsMemory(0, Math.Min(first.Length, settings.PartBytes)), cancellationToken).ConfigureAwait(false);
            if (content.Ended)
            {
                content.Verify();
                return await PutWholeAsync(first, count, cancellationToken).ConfigureAwait(false);
            }

            handedOver = true;
            return await PutPartsAsync(first, count, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!handedOver)
            {
                buffers.Return(first);
            }
        }
    }

    public void Dispose() => content.Dispose();

    private async Task<PutResult> PutWholeAsync(byte[] buffer, int count, CancellationToken cancellationToken)
    {
        try
        {
            await calls.CallAsync(
                $"PUT {_name}",
                async (guard, token) =>
                {
                    using var body = new PartStream(buffer, count, guard);
                    var request = new PutObjectRequest
                    {
                        BucketName = bucket,
                        Key = key.ToString(),
                        InputStream = body,
                        AutoCloseStream = false,
                        MD5Digest = Convert.ToBase64String(Md5(buffer, count)),
                        // One body with its hash in the signature, in place of signed chunks: every server understands it.
                        UseChunkEncoding = false,
                        DisablePayloadSigning = false,
                        IfNoneMatch = IfNone,
                    };
                    request.Metadata[S3ArchiveStore.Sha256Metadata] = Convert.ToHexStringLower(content.Sha256);
                    return await client.PutObjectAsync(request, token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return PutResult.Created;
        }
        catch (StorageException e) when (S3ArchiveStore.StatusOf(e) == HttpStatusCode.PreconditionFailed)
        {
            return PutResult.AlreadyExists;
        }
    }

    private async Task<PutResult> PutPartsAsync(byte[] first, int count, CancellationToken cancellationToken)
    {
        string? uploadId = null;
        bool keep = options.Resume, firstIsOurs = true;
        try
        {
            (uploadId, Dictionary<int, PartDetail> arrived) = await BeginAsync(cancellationToken).ConfigureAwait(false);
            firstIsOurs = false;
            List<PartETag> parts = await SendAsync(uploadId, arrived, first, count, cancellationToken).ConfigureAwait(false);
            try
            {
                content.Verify();
            }
            catch (StorageException)
            {
                // These parts are of no use to anybody.
                keep = false;
                throw;
            }

            PutResult result = await CompleteAsync(uploadId, parts, cancellationToken).ConfigureAwait(false);
            keep &= result == PutResult.Created;
            return result;
        }
        finally
        {
            if (firstIsOurs)
            {
                buffers.Return(first);
            }

            if (!keep && uploadId is not null)
            {
                await TryAbortAsync(uploadId).ConfigureAwait(false);
            }
        }
    }

    private async Task<(string UploadId, Dictionary<int, PartDetail> Arrived)> BeginAsync(CancellationToken cancellationToken)
    {
        if (options.Resume)
        {
            IReadOnlyList<MultipartUpload> found = await _uploads.ListAsync(cancellationToken).ConfigureAwait(false);
            foreach (MultipartUpload older in found.Skip(1))
            {
                await _uploads.AbortAsync(older.UploadId, cancellationToken).ConfigureAwait(false);
            }

            if (found.Count > 0)
            {
                return (found[0].UploadId, await _uploads.ListPartsAsync(found[0].UploadId, cancellationToken).ConfigureAwait(false));
            }
        }

        var request = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key.ToString() };
        if (!options.Sha256.IsEmpty)
        {
            request.Metadata[S3ArchiveStore.Sha256Metadata] = Convert.ToHexStringLower(options.Sha256.Span);
        }

        InitiateMultipartUploadResponse begun = await calls.CallAsync($"POST {_name}?uploads", t => client.InitiateMultipartUploadAsync(request, t), cancellationToken).ConfigureAwait(false);
        return (begun.UploadId, []);
    }

    private async Task<List<PartETag>> SendAsync(string uploadId, Dictionary<int, PartDetail> arrived, byte[] first, int firstCount, CancellationToken cancellationToken)
    {
        var sending = new List<Task<PartETag>>();
        using var slots = new SemaphoreSlim(settings.PartParallelism);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            (byte[]? buffer, int count) = (first, firstCount);
            for (int number = 1; ; number++)
            {
                bool last = content.Ended;
                sending.Add(SendPartAsync(uploadId, number, arrived.GetValueOrDefault(number), buffer, count, slots, stop));
                if (last)
                {
                    break;
                }

                if (number == MaxParts)
                {
                    throw new StorageException($"s3: {_name}: more than {MaxParts} parts of {settings.PartBytes} bytes; raise {S3ArchiveOptions.Section}:{nameof(S3ArchiveOptions.PartBytes)}");
                }

                // Waits while PartParallelism parts are under way, and stops at the first that fails.
                await slots.WaitAsync(stop.Token).ConfigureAwait(false);
                slots.Release();
                buffer = await buffers.RentAsync(settings.PartBytes, stop.Token).ConfigureAwait(false);
                try
                {
                    count = await content.FillAsync(buffer.AsMemory(0, settings.PartBytes), stop.Token).ConfigureAwait(false);
                }
                catch
                {
                    buffers.Return(buffer);
                    throw;
                }
            }

            return [.. await Task.WhenAll(sending).ConfigureAwait(false)];
        }
        catch (Exception e)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Exception? cause = sending.Select(t => t.Exception?.InnerException).FirstOrDefault(c => c is not null and not OperationCanceledException);
            if (cause is not null && cause != e)
            {
                // The part that failed says more than the wait that it ended.
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
            }

            throw;
        }
    }

    /// <summary>Sends a part unless it has arrived, and gives its buffer back.</summary>
    private async Task<PartETag> SendPartAsync(string uploadId, int number, PartDetail? arrived, byte[] buffer, int count, SemaphoreSlim slots, CancellationTokenSource stop)
    {
        bool entered = false;
        try
        {
            await slots.WaitAsync(stop.Token).ConfigureAwait(false);
            entered = true;
            // Off the reader's thread: the next part is read while this one is hashed.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            byte[] md5 = Md5(buffer, count);
            if (arrived?.Size == count && arrived.ETag.Trim('"').Equals(Convert.ToHexStringLower(md5), StringComparison.OrdinalIgnoreCase))
            {
                return new PartETag(number, arrived.ETag);
            }

            UploadPartResponse sent = await calls.CallAsync(
                $"PUT {_name}?partNumber={number}",
                async (guard, token) =>
                {
                    using var body = new PartStream(buffer, count, guard);
                    var request = new UploadPartRequest
                    {
                        BucketName = bucket,
                        Key = key.ToString(),
                        UploadId = uploadId,
                        PartNumber = number,
                        PartSize = count,
                        InputStream = body,
                        MD5Digest = Convert.ToBase64String(md5),
                        UseChunkEncoding = false,
                        DisablePayloadSigning = false,
                    };
                    return await client.UploadPartAsync(request, token).ConfigureAwait(false);
                },
                stop.Token).ConfigureAwait(false);
            return new PartETag(number, sent.ETag);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            buffers.Return(buffer);
            if (entered)
            {
                slots.Release();
            }
        }
    }

    private async Task<PutResult> CompleteAsync(string uploadId, List<PartETag> parts, CancellationToken cancellationToken)
    {
        using IDisposable alone = await locks.EnterAsync(_name, cancellationToken).ConfigureAwait(false);
        if (await S3ArchiveStore.StatAsync(client, calls, bucket, key, cancellationToken).ConfigureAwait(false) is not null)
        {
            return PutResult.AlreadyExists;
        }

        try
        {
            var request = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key.ToString(), UploadId = uploadId, PartETags = parts, IfNoneMatch = IfNone };
            await calls.CallSlowAsync($"POST {_name}?uploadId", t => client.CompleteMultipartUploadAsync(request, t), cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (S3ArchiveStore.StatusOf(e) == HttpStatusCode.PreconditionFailed)
        {
            return PutResult.AlreadyExists;
        }
        catch (StorageException e) when (S3ArchiveStore.StatusOf(e) == HttpStatusCode.NotFound)
        {
            // The SDK tried again after an answer was lost, and the upload had been completed by then. What follows looks.
        }

        ArchivedObject? there = await S3ArchiveStore.StatAsync(client, calls, bucket, key, cancellationToken).ConfigureAwait(false);
        return there?.Size == content.Length
            ? PutResult.Created
            : throw new StorageException($"s3: {_name}: {there?.Size ?? 0} bytes are there after {content.Length} were sent", isTransient: true);
    }

    /// <summary>Whether the caller has gone or not, and without hiding why the put failed.</summary>
    private async Task TryAbortAsync(string uploadId)
    {
        try
        {
            await _uploads.AbortAsync(uploadId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // The server is not there; AbandonAsync or the bucket's own rule for unfinished uploads removes it.
        }
    }

    // S3's Content-MD5 guards the way there; nothing rests on MD5 against an adversary.
#pragma warning disable CA5351
    private static byte[] Md5(byte[] buffer, int count) => MD5.HashData(buffer.AsSpan(0, count));
#pragma warning restore CA5351
}
