using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Guardian.Testing;

namespace Guardian.Storage.Tests;

/// <summary>What only an S3 store has: parts, faults of a line and of a server, credentials.</summary>
[Collection(S3Tests.Name)]
public sealed class S3ArchiveStoreTests(RadosGateway server) : IAsyncLifetime
{
    private const int Part = 5 << 20;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ObjectKey Key = ObjectKey.Parse("events/a/clip.mp4");
    private readonly BucketName _bucket = BucketName.Parse($"s3-tests-{Guid.NewGuid():N}");
    private readonly byte[] _content = Sample.Bytes((4 * Part) + 1000);
    private FaultyLine _line = null!;
    private S3ArchiveStore _store = null!;
    private AmazonS3Client _raw = null!;

    public async Task InitializeAsync()
    {
        server.Require();
        _line = new FaultyLine(server.Endpoint);
        _store = new S3ArchiveStore(Options());
        _raw = S3Connection.Open(Options(server.Endpoint));
        await _store.EnsureBucketAsync(_bucket, None);
    }

    public async Task DisposeAsync()
    {
        _store.Dispose();
        _raw.Dispose();
        await _line.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task an_interrupted_put_sends_only_the_parts_that_have_not_arrived()
    {
        await InterruptAsync(afterParts: 3);
        Assert.Equal(3, await CountPartsAsync());

        long before = _line.Sent;
        Assert.Equal(PutResult.Created, await _store.PutAsync(_bucket, Key, new MemoryStream(_content), Whole(), None));
        Assert.InRange(_line.Sent - before, Part, 2 * Part);
        Assert.Equal(SHA256.HashData(_content), await _store.HashAsync(_bucket, Key, None));
        Assert.Empty(await UploadsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task a_put_that_is_not_to_be_resumed_leaves_no_parts()
    {
        var pipe = new Pipe();
        Task<PutResult> put = _store.PutAsync(_bucket, Key, pipe.Reader, PutOptions.None, None);
        await pipe.Writer.WriteAsync(_content.AsMemory(0, 2 * Part));
        await Eventually.IsTrueAsync(async () => (await UploadsAsync()).Count == 1, "an upload has begun");
        await pipe.Writer.CompleteAsync(new IOException("the source failed"));
        await Assert.ThrowsAnyAsync<IOException>(() => put);
        Assert.Empty(await UploadsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task what_interrupted_puts_left_is_abandoned_on_request()
    {
        await InterruptAsync(afterParts: 2);
        await _raw.InitiateMultipartUploadAsync(_bucket.ToString(), Key.ToString());
        Assert.Equal(2, (await UploadsAsync()).Count);
        await _store.AbandonAsync(_bucket, Key, None);
        Assert.Empty(await UploadsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task uploads_that_a_killed_process_forgot_go_with_the_next_put()
    {
        for (int i = 0; i < 3; i++)
        {
            await _raw.InitiateMultipartUploadAsync(_bucket.ToString(), Key.ToString());
        }

        await _raw.InitiateMultipartUploadAsync(_bucket.ToString(), Key + "-of-another-object");
        Assert.Equal(PutResult.Created, await _store.PutAsync(_bucket, Key, new MemoryStream(_content), Whole(), None));
        Assert.Equal(Key + "-of-another-object", Assert.Single(await UploadsAsync()).Key);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_part_that_is_not_what_the_file_holds_is_sent_again()
    {
        string upload = (await _raw.InitiateMultipartUploadAsync(_bucket.ToString(), Key.ToString())).UploadId;
        await _raw.UploadPartAsync(new UploadPartRequest { BucketName = _bucket.ToString(), Key = Key.ToString(), UploadId = upload, PartNumber = 1, InputStream = new MemoryStream(new byte[Part]) });

        Assert.Equal(PutResult.Created, await _store.PutAsync(_bucket, Key, new MemoryStream(_content), Whole(), None));
        Assert.Equal(SHA256.HashData(_content), await _store.HashAsync(_bucket, Key, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_cut_line_is_a_transient_failure_and_the_put_goes_on_afterwards()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        Task<PutResult> put = _store.PutAsync(_bucket, Key, pipe.Reader, Whole(), None);
        await pipe.Writer.WriteAsync(_content.AsMemory(0, 3 * Part));
        await Eventually.IsTrueAsync(async () => await CountPartsAsync() >= 2, "two parts have arrived");
        _line.Cut();
        await pipe.Writer.WriteAsync(_content.AsMemory(3 * Part));
        await pipe.Writer.CompleteAsync();
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => put)).IsTransient);

        _line.Mend();
        Assert.Equal(PutResult.Created, await _store.PutAsync(_bucket, Key, new MemoryStream(_content), Whole(), None));
        Assert.Equal(SHA256.HashData(_content), await _store.HashAsync(_bucket, Key, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_server_that_stands_still_is_given_up()
    {
        using var impatient = new S3ArchiveStore(Options(stall: 1));
        _line.Stall();
        StorageException put = await Assert.ThrowsAsync<StorageException>(() => impatient.PutAsync(_bucket, Key, new MemoryStream([1]), None));
        Assert.True(put.IsTransient);
        Assert.Contains("nothing moved for 1 s", put.Message, StringComparison.Ordinal);
        _line.Flow();
        await _store.PutAsync(_bucket, Key, new MemoryStream(_content), None);

        await using ArchiveRead read = (await impatient.OpenReadAsync(_bucket, Key, null, None))!;
        _line.Stall();
        StorageException cut = await Assert.ThrowsAsync<StorageException>(() => read.Content.CopyToAsync(Stream.Null));
        Assert.True(cut.IsTransient);
        _line.Flow();
    }

    [Fact(Timeout = 60_000)]
    public async Task this_server_refuses_to_overwrite_small_objects_by_itself()
    {
        PutObjectRequest Request() => new() { BucketName = _bucket.ToString(), Key = "raced", InputStream = new MemoryStream([1]), IfNoneMatch = "*", UseChunkEncoding = false };
        await _raw.PutObjectAsync(Request());
        AmazonS3Exception refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _raw.PutObjectAsync(Request()));
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_server_that_finds_other_bytes_than_were_signed_for_refuses_them()
    {
        var request = new PutObjectRequest { BucketName = _bucket.ToString(), Key = "bad", InputStream = new MemoryStream([1]), MD5Digest = Convert.ToBase64String(new byte[16]), UseChunkEncoding = false };
        AmazonS3Exception refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _raw.PutObjectAsync(request));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Null(await _store.StatAsync(_bucket, ObjectKey.Parse("bad"), None));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_wrong_secret_is_named_as_such_and_not_shown()
    {
        using var folder = new TemporaryFolder();
        string access = (await File.ReadAllLinesAsync(server.CredentialsFile)).First(l => l.Contains("access_key_id", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder.File("keys"), $"[default]\n{access}\naws_secret_access_key = not-the-secret-of-this-user\n");
        S3ArchiveOptions options = Options();
        options.CredentialsFile = folder.File("keys");
        using var store = new S3ArchiveStore(options);
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => store.EnsureBucketAsync(BucketName.ForCamera("x"), None));
        Assert.Contains("403 SignatureDoesNotMatch", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.DoesNotContain("not-the-secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void unsound_options_are_named_all_at_once_and_a_missing_profile_too()
    {
        var wrong = new S3ArchiveOptions { Endpoint = "ftp://x", Region = "", BucketPrefix = "UPPER", CredentialsFile = "/none", CaFile = "/none", PartBytes = 1, PartParallelism = 0, StallTimeout = TimeSpan.Zero, Profile = "" };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new S3ArchiveStore(wrong));
        foreach (string key in new[] { "Endpoint", "Region", "BucketPrefix", "CredentialsFile", "CaFile", "PartBytes", "PartParallelism", "StallTimeout", "Profile" })
        {
            Assert.Contains($"Guardian:Storage:S3:{key}", error.Message, StringComparison.Ordinal);
        }

        S3ArchiveOptions options = Options();
        options.Profile = "nobody";
        Assert.Contains("nobody", Assert.Throws<ArgumentException>(() => new S3ArchiveStore(options)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_prefix_keeps_buckets_apart_and_within_their_length()
    {
        S3ArchiveOptions options = Options();
        options.BucketPrefix = "customer-of-a-long-name-";
        using var store = new S3ArchiveStore(options);
        BucketName camera = BucketName.Parse("camera-" + new string('a', 56)), other = BucketName.Parse("camera-" + new string('a', 55) + "b");
        foreach (BucketName bucket in new[] { camera, other })
        {
            await store.EnsureBucketAsync(bucket, None);
        }

        await store.PutAsync(camera, Key, new MemoryStream([1]), None);
        Assert.NotNull(await store.StatAsync(camera, Key, None));
        Assert.Null(await store.StatAsync(other, Key, None));
        Assert.Null(await _store.StatAsync(camera, Key, None));
        Assert.Equal(2, (await _raw.ListBucketsAsync()).Buckets.Count(b => b.BucketName.StartsWith("customer-of-a-long-name-camera-aaa", StringComparison.Ordinal) && b.BucketName.Length <= 63));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_bucket_that_somebody_removed_is_made_again()
    {
        await _raw.DeleteBucketAsync(_bucket.ToString());
        await Assert.ThrowsAsync<StorageException>(() => _store.PutAsync(_bucket, Key, new MemoryStream([1]), None));
        await _store.EnsureBucketAsync(_bucket, None);
        Assert.Equal(PutResult.Created, await _store.PutAsync(_bucket, Key, new MemoryStream([1]), None));
    }

    private S3ArchiveOptions Options(string? endpoint = null, int stall = 20) => new()
    {
        Endpoint = endpoint ?? _line.Endpoint,
        CredentialsFile = server.CredentialsFile,
        PartBytes = Part,
        StallTimeout = TimeSpan.FromSeconds(stall),
    };

    private PutOptions Whole() => new() { Sha256 = SHA256.HashData(_content), Length = _content.Length, Resume = true };

    /// <summary>A put whose source ends, with an error, when so many parts have arrived.</summary>
    private async Task InterruptAsync(int afterParts)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        Task<PutResult> put = _store.PutAsync(_bucket, Key, pipe.Reader, Whole(), None);
        await pipe.Writer.WriteAsync(_content.AsMemory(0, (afterParts * Part) + 1));
        await Eventually.IsTrueAsync(async () => await CountPartsAsync() == afterParts, "the parts have arrived");
        await pipe.Writer.CompleteAsync(new IOException("the source failed"));
        await Assert.ThrowsAnyAsync<IOException>(() => put);
    }

    private async Task<List<MultipartUpload>> UploadsAsync() =>
        (await _raw.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket.ToString() })).MultipartUploads ?? [];

    private async Task<int> CountPartsAsync() => await UploadsAsync() is [var upload]
        ? (await _raw.ListPartsAsync(new ListPartsRequest { BucketName = _bucket.ToString(), Key = Key.ToString(), UploadId = upload.UploadId })).Parts?.Count ?? 0
        : 0;
}
