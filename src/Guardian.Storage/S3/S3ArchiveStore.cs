using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace Guardian.Storage;

/// <summary>
/// The archive on an S3 server: MinIO, Ceph, AWS and what speaks like them. Objects over <see cref="S3ArchiveOptions.PartBytes"/> go in parts, several at a time, and
/// an interrupted put goes on with the parts that have arrived.
/// </summary>
/// <remarks>
/// Every body is signed with its SHA-256 and carries its MD5, so that the server refuses what arrives changed; the whole object's SHA-256 is checked before the object
/// becomes visible and is kept in its metadata (<c>x-amz-meta-sha256</c>). That no object is overwritten is the server's doing (<c>If-None-Match: *</c>) where it
/// supports that; otherwise this store looks before it writes, which holds as long as one process writes a key. <c>docs/archive.md</c> says which server does what.
/// Buckets must not be versioned: a deleted object would live on as an older version.
/// </remarks>
public sealed class S3ArchiveStore : IArchiveStore, IDisposable
{
    /// <summary>The object's SHA-256 in hexadecimal digits.</summary>
    internal const string Sha256Metadata = "sha256";

    /// <summary>The largest object that servers copy in one request.</summary>
    private const long MaxCopy = 5L << 30;
    private const int MaxBucketName = 63;

    private readonly S3ArchiveOptions _options;
    private readonly AmazonS3Client _client;
    private readonly S3Calls _calls;
    private readonly PartBuffers _buffers;
    private readonly KeyLocks _locks = new();

    /// <summary>Buckets that were there when last heard of, so that not every object costs a request more.</summary>
    private readonly ConcurrentDictionary<BucketName, bool> _buckets = new();

    /// <summary>Makes the store; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The options are not sound, or there are no credentials; the message names every key.</exception>
    public S3ArchiveStore(S3ArchiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _client = S3Connection.Open(options);
        _calls = new S3Calls(options.StallTimeout);
        _buffers = new PartBuffers(options.PartBytes, options.MaxBufferedBytes);
    }

    /// <inheritdoc/>
    public async Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken)
    {
        if (_buckets.ContainsKey(bucket))
        {
            return;
        }

        try
        {
            await _calls.CallAsync($"PUT {bucket}", t => _client.PutBucketAsync(new PutBucketRequest { BucketName = NameOf(bucket) }, t), cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "BucketAlreadyOwnedByYou" })
        {
            // It is there.
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "BucketAlreadyExists" })
        {
            throw new StorageException($"s3: bucket {NameOf(bucket)} belongs to somebody else; set {S3ArchiveOptions.Section}:{nameof(S3ArchiveOptions.BucketPrefix)}", innerException: e);
        }

        _buckets[bucket] = true;
    }

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, PipeReader content, PutOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var put = new S3Put(_client, _calls, _buffers, _locks, _options, NameOf(bucket), key, new PutContent(content, options), options);
            return await put.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
        {
            // Somebody removed it: the next attempt makes it again.
            _buckets.TryRemove(bucket, out _);
            throw new StorageException($"bucket {bucket} does not exist", innerException: e);
        }
        finally
        {
            await content.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task AbandonAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) =>
        new S3Uploads(_client, _calls, NameOf(bucket), key).AbortAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
    {
        string what = $"GET {bucket}/{key}";
        var request = new GetObjectRequest { BucketName = NameOf(bucket), Key = key.ToString() };
        if (range is { } wanted)
        {
            request.ByteRange = new Amazon.S3.Model.ByteRange(wanted.Offset, wanted.Offset + wanted.Count - 1);
        }

        try
        {
            GetObjectResponse response = await _calls.CallAsync(what, t => _client.GetObjectAsync(request, t), cancellationToken).ConfigureAwait(false);
            long count = response.ContentLength;
            long total = range is null ? count : TotalOf(response.ContentRange, what);
            return new ArchiveRead(new S3ReadStream(response, response.ResponseStream, count, what, _options.StallTimeout), count, total);
        }
        catch (StorageException e) when (StatusOf(e) == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (StorageException e) when (StatusOf(e) == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new ArgumentOutOfRangeException(nameof(range), range?.Offset, "the range starts past the end of the object");
        }
    }

    /// <inheritdoc/>
    public Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) =>
        StatAsync(_client, _calls, NameOf(bucket), key, cancellationToken);

    /// <inheritdoc/>
    public async Task<ArchivePage> ListAsync(BucketName bucket, string prefix, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ArchiveStoreExtensions.MaxPage);
        try
        {
            // The last key as cursor, in place of the server's own token: it stays good over restarts and however long the reader takes.
            var request = new ListObjectsV2Request { BucketName = NameOf(bucket), Prefix = prefix, MaxKeys = limit, StartAfter = cursor };
            ListObjectsV2Response page = await _calls.CallAsync($"GET {bucket}?list", t => _client.ListObjectsV2Async(request, t), cancellationToken).ConfigureAwait(false);
            List<S3Object> entries = page.S3Objects ?? [];
            ArchivedObject[] found = [.. entries.SelectMany(o => ObjectKey.TryParse(o.Key) is { } key ? [new ArchivedObject(key, o.Size ?? 0, TimeOf(o.LastModified))] : Array.Empty<ArchivedObject>())];
            return new ArchivePage(found, page.IsTruncated == true && entries.Count > 0 ? entries[^1].Key : null);
        }
        catch (StorageException e) when (StatusOf(e) == HttpStatusCode.NotFound)
        {
            return new ArchivePage([], null);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken)
    {
        // Servers answer the same whether there was an object or not.
        if (await StatAsync(bucket, key, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        await _calls.CallAsync(
            $"DELETE {bucket}/{key}", t => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = NameOf(bucket), Key = key.ToString() }, t), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async Task<PutResult?> CopyAsync(BucketName fromBucket, ObjectKey from, BucketName toBucket, ObjectKey to, CancellationToken cancellationToken)
    {
        if (await StatAsync(fromBucket, from, cancellationToken).ConfigureAwait(false) is not { } source)
        {
            return null;
        }

        if (source.Size > MaxCopy)
        {
            return await CopyThroughAsync(source, fromBucket, toBucket, to, cancellationToken).ConfigureAwait(false);
        }

        using (await _locks.EnterAsync($"{NameOf(toBucket)}/{to}", cancellationToken).ConfigureAwait(false))
        {
            if (await StatAsync(toBucket, to, cancellationToken).ConfigureAwait(false) is not null)
            {
                return PutResult.AlreadyExists;
            }

            var request = new CopyObjectRequest { SourceBucket = NameOf(fromBucket), SourceKey = from.ToString(), DestinationBucket = NameOf(toBucket), DestinationKey = to.ToString() };
            await _calls.CallSlowAsync($"PUT {toBucket}/{to} as a copy of {fromBucket}/{from}", t => _client.CopyObjectAsync(request, t), cancellationToken).ConfigureAwait(false);
            return PutResult.Created;
        }
    }

    /// <inheritdoc/>
    public async Task<BucketUsage> GetUsageAsync(BucketName bucket, CancellationToken cancellationToken)
    {
        (long objects, long bytes) = (0, 0);
        await foreach (ArchivedObject found in this.ListAsync(bucket, "", cancellationToken).ConfigureAwait(false))
        {
            objects++;
            bytes += found.Size;
        }

        return new BucketUsage(objects, bytes);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _buffers.Dispose();
    }

    internal static async Task<ArchivedObject?> StatAsync(AmazonS3Client client, S3Calls calls, string bucket, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetObjectMetadataRequest { BucketName = bucket, Key = key.ToString() };
            GetObjectMetadataResponse found = await calls.CallAsync($"HEAD {bucket}/{key}", t => client.GetObjectMetadataAsync(request, t), cancellationToken).ConfigureAwait(false);
            return new ArchivedObject(key, found.ContentLength, TimeOf(found.LastModified)) { Sha256 = Sha256Of(found.Metadata[Sha256Metadata]) };
        }
        catch (StorageException e) when (StatusOf(e) == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    internal static HttpStatusCode? StatusOf(StorageException error) => (error.InnerException as AmazonS3Exception)?.StatusCode;

    private static DateTimeOffset TimeOf(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : default;

    private static ReadOnlyMemory<byte> Sha256Of(string? digits) => digits is { Length: 64 } && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : [];

    /// <summary>The last number of <c>bytes 0-99/1000</c>.</summary>
    private static long TotalOf(string? contentRange, string what) =>
        long.TryParse(contentRange.AsSpan((contentRange?.LastIndexOf('/') ?? -1) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long total)
            ? total
            : throw new StorageException($"s3: {what}: the answer to a range has no Content-Range");

    private async Task<PutResult?> CopyThroughAsync(ArchivedObject source, BucketName fromBucket, BucketName toBucket, ObjectKey to, CancellationToken cancellationToken)
    {
        if (await OpenReadAsync(fromBucket, source.Key, range: null, cancellationToken).ConfigureAwait(false) is not { } read)
        {
            return null;
        }

        await using (read.ConfigureAwait(false))
        {
            return await this.PutAsync(toBucket, to, read.Content, new PutOptions { Sha256 = source.Sha256, Length = source.Size }, cancellationToken).ConfigureAwait(false);
        }
    }

    private string NameOf(BucketName bucket)
    {
        string name = _options.BucketPrefix + bucket;
        return name.Length <= MaxBucketName
            ? name
            : $"{name[..(MaxBucketName - 17)].TrimEnd('.', '-')}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(name)))[..16]}";
    }
}
