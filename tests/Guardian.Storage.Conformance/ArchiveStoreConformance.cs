using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Guardian.Storage.Conformance;

/// <summary>What every <see cref="IArchiveStore"/> must do. A provider's tests derive from this class and open the store.</summary>
public abstract class ArchiveStoreConformance : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ObjectKey Key = ObjectKey.Parse("events/a/clip.mp4");
    private readonly BucketName _bucket = NewBucket();
    private IArchiveStore? _store;

    /// <summary>The store under test.</summary>
    protected IArchiveStore Store => _store ?? throw new InvalidOperationException("OpenAsync has not been called");

    /// <summary>Bytes above which the store goes another way than below; 16 MiB unless overridden. The suite writes objects of up to three times as many.</summary>
    protected virtual int LargeObject => 16 << 20;

    public async Task InitializeAsync()
    {
        _store = await OpenAsync();
        await Store.EnsureBucketAsync(_bucket, None);
    }

    public Task DisposeAsync() => CloseAsync();

    [Fact(Timeout = 60_000)]
    public async Task an_object_comes_back_as_it_was_put()
    {
        byte[] content = Bytes(300_000);
        Assert.Equal(PutResult.Created, await PutAsync(Key, content));

        Assert.Equal(content, await ReadAsync(Key, null));
        Assert.Equal(content.Length, (await Store.StatAsync(_bucket, Key, None))!.Size);
        Assert.Equal(SHA256.HashData(content), await Store.HashAsync(_bucket, Key, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_object_may_be_empty()
    {
        Assert.Equal(PutResult.Created, await PutAsync(Key, []));
        Assert.Empty((await ReadAsync(Key, null))!);
        Assert.Equal(PutResult.AlreadyExists, await PutAsync(Key, [1]));
    }

    [Fact(Timeout = 60_000)]
    public async Task making_a_bucket_twice_changes_nothing()
    {
        await PutAsync(Key, [1, 2, 3]);
        await Store.EnsureBucketAsync(_bucket, None);
        Assert.Equal([1, 2, 3], await ReadAsync(Key, null));
    }

    [Fact(Timeout = 120_000)]
    public async Task an_object_of_unknown_length_comes_from_a_pipe_as_it_is_written()
    {
        byte[] content = Bytes((2 * LargeObject) + 12_345);
        var pipe = new Pipe();
        Task<PutResult> put = Store.PutAsync(_bucket, Key, pipe.Reader, PutOptions.None, None);
        for (int at = 0; at < content.Length; at += 1_000_000)
        {
            await pipe.Writer.WriteAsync(content.AsMemory(at, Math.Min(1_000_000, content.Length - at)));
        }

        Assert.Null(await Store.StatAsync(_bucket, Key, None));
        await pipe.Writer.CompleteAsync();
        Assert.Equal(PutResult.Created, await put);
        Assert.Equal(SHA256.HashData(content), await Store.HashAsync(_bucket, Key, None));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task objects_around_the_large_size_come_back_whole(int more)
    {
        byte[] content = Bytes(LargeObject + more);
        byte[] hash = SHA256.HashData(content);
        Assert.Equal(PutResult.Created, await PutAsync(Key, content, new PutOptions { Length = content.Length, Sha256 = hash }));

        ArchivedObject stat = (await Store.StatAsync(_bucket, Key, None))!;
        Assert.Equal(content.Length, stat.Size);
        Assert.Equal(hash, stat.Sha256.ToArray());
        Assert.Equal(hash, await Store.HashAsync(_bucket, Key, None));
        Assert.Equal(content[^10..], await ReadAsync(Key, new ByteRange(content.Length - 10, 10)));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_object_is_never_overwritten()
    {
        await PutAsync(Key, [1, 2, 3]);
        Assert.Equal(PutResult.AlreadyExists, await PutAsync(Key, [9]));
        Assert.Equal(PutResult.AlreadyExists, await PutAsync(Key, [9], new PutOptions { Resume = true }));
        Assert.Equal([1, 2, 3], await ReadAsync(Key, null));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_large_object_is_never_overwritten()
    {
        byte[] content = Bytes(LargeObject + 1);
        await PutAsync(Key, content);
        Assert.Equal(PutResult.AlreadyExists, await PutAsync(Key, Bytes(LargeObject + 2, 2)));
        Assert.Equal(SHA256.HashData(content), await Store.HashAsync(_bucket, Key, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task of_many_puts_of_one_key_exactly_one_creates_it()
    {
        byte[][] contents = [.. Enumerable.Range(0, 16).Select(i => Bytes(50_000, i))];
        PutResult[] results = await Task.WhenAll(contents.Select(c => Task.Run(() => PutAsync(Key, c))));

        Assert.Single(results, PutResult.Created);
        Assert.Equal(contents[Array.IndexOf(results, PutResult.Created)], await ReadAsync(Key, null));
    }

    [Fact(Timeout = 120_000)]
    public async Task of_many_puts_of_one_large_key_exactly_one_creates_it()
    {
        byte[][] contents = [.. Enumerable.Range(0, 3).Select(i => Bytes(LargeObject + 1, i))];
        PutResult[] results = await Task.WhenAll(contents.Select(c => Task.Run(() => PutAsync(Key, c))));

        Assert.Single(results, PutResult.Created);
        Assert.Equal(SHA256.HashData(contents[Array.IndexOf(results, PutResult.Created)]), await Store.HashAsync(_bucket, Key, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_range_gives_those_bytes_and_stops_at_the_end()
    {
        byte[] content = Bytes(1000);
        await PutAsync(Key, content);

        Assert.Equal(content[10..30], await ReadAsync(Key, new ByteRange(10, 20)));
        Assert.Equal(content[..1], await ReadAsync(Key, new ByteRange(0, 1)));
        Assert.Equal(content[990..], await ReadAsync(Key, new ByteRange(990, 500)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.OpenReadAsync(_bucket, Key, new ByteRange(1000, 1), None));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_reader_may_leave_in_the_middle()
    {
        byte[] content = Bytes(LargeObject);
        await PutAsync(Key, content);
        for (int i = 0; i < 20; i++)
        {
            await using ArchiveRead read = (await Store.OpenReadAsync(_bucket, Key, null, None))!;
            await read.Content.ReadExactlyAsync(new byte[1000]);
        }

        Assert.Equal(content[..1000], await ReadAsync(Key, new ByteRange(0, 1000)));
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_not_there_is_null_or_false_and_not_an_error()
    {
        BucketName missing = NewBucket();
        foreach (BucketName bucket in new[] { _bucket, missing })
        {
            Assert.Null(await Store.StatAsync(bucket, Key, None));
            Assert.Null(await Store.OpenReadAsync(bucket, Key, null, None));
            Assert.Null(await Store.OpenReadAsync(bucket, Key, new ByteRange(0, 10), None));
            Assert.Null(await Store.HashAsync(bucket, Key, None));
            Assert.Null(await Store.CopyAsync(bucket, Key, _bucket, ObjectKey.Parse("copy"), None));
            Assert.False(await Store.DeleteAsync(bucket, Key, None));
            Assert.Empty(await ListAsync("", bucket));
            Assert.Equal(new BucketUsage(0, 0), await Store.GetUsageAsync(bucket, None));
            await Store.AbandonAsync(bucket, Key, None);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_put_into_a_missing_bucket_says_so()
    {
        BucketName missing = NewBucket();
        StorageException error = await Assert.ThrowsAnyAsync<StorageException>(() => Store.PutAsync(missing, Key, new MemoryStream(), None));
        Assert.Contains(missing.ToString(), error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact(Timeout = 60_000)]
    public async Task listing_is_in_the_byte_order_of_keys_and_by_prefix()
    {
        string[] keys = ["b/2", "a/1", "b/10", "b/1", "c", "b-x", "b.y", "b0", "B"];
        foreach (string key in keys)
        {
            await PutAsync(ObjectKey.Parse(key), [1]);
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), await ListAsync(""));
        Assert.Equal(["b/1", "b/10", "b/2"], await ListAsync("b/"));
        Assert.Equal(["b/1", "b/10"], await ListAsync("b/1"));
        Assert.Empty(await ListAsync("b/3"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task pages_make_up_the_whole_listing(int limit)
    {
        string[] keys = [.. Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"events/{i % 4}/{i}"))];
        foreach (string key in keys)
        {
            await PutAsync(ObjectKey.Parse(key), new byte[3]);
        }

        var found = new List<string>();
        string? cursor = null;
        do
        {
            ArchivePage page = await Store.ListAsync(_bucket, "events/", cursor, limit, None);
            Assert.InRange(page.Objects.Count, 0, limit);
            Assert.All(page.Objects, o => Assert.Equal(3, o.Size));
            found.AddRange(page.Objects.Select(o => o.Key.ToString()));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(keys.Order(StringComparer.Ordinal), found);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ListAsync(_bucket, "", null, 0, None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ListAsync(_bucket, "", null, 1001, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task usage_counts_objects_and_bytes()
    {
        await PutAsync(ObjectKey.Parse("a/1"), new byte[1000]);
        await PutAsync(ObjectKey.Parse("a/2"), new byte[500]);
        await PutAsync(ObjectKey.Parse("b"), []);
        Assert.Equal(new BucketUsage(3, 1500), await Store.GetUsageAsync(_bucket, None));
        await Store.DeleteAsync(_bucket, ObjectKey.Parse("a/1"), None);
        Assert.Equal(new BucketUsage(2, 500), await Store.GetUsageAsync(_bucket, None));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task a_put_whose_source_fails_leaves_nothing(bool large, bool resume)
    {
        await Assert.ThrowsAnyAsync<Exception>(() =>
            Store.PutAsync(_bucket, Key, new FailingStream(large ? LargeObject + 100_000 : 100_000), new PutOptions { Resume = resume }, None));

        Assert.Null(await Store.StatAsync(_bucket, Key, None));
        Assert.Empty(await ListAsync(""));
        Assert.Equal(new BucketUsage(0, 0), await Store.GetUsageAsync(_bucket, None));
        await Store.AbandonAsync(_bucket, Key, None);
        Assert.Equal(PutResult.Created, await PutAsync(Key, [1]));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task bytes_that_are_not_the_announced_ones_are_refused_and_leave_nothing(bool large)
    {
        byte[] content = Bytes(large ? LargeObject + 5 : 5000);
        PutOptions[] wrong =
        [
            new() { Sha256 = SHA256.HashData([1]) },
            new() { Length = content.Length - 1 },
            new() { Length = content.Length + 1 },
            new() { Sha256 = SHA256.HashData([1]), Length = content.Length, Resume = true },
        ];
        foreach (PutOptions options in wrong)
        {
            StorageException error = await Assert.ThrowsAnyAsync<StorageException>(() => PutAsync(Key, content, options));
            Assert.False(error.IsTransient);
            Assert.Null(await Store.StatAsync(_bucket, Key, None));
        }

        Assert.Equal(PutResult.Created, await PutAsync(Key, content, new PutOptions { Sha256 = SHA256.HashData(content), Length = content.Length }));
    }

    [Fact(Timeout = 120_000)]
    public async Task an_interrupted_put_may_be_made_again_to_its_end()
    {
        byte[] content = Bytes(3 * LargeObject);
        var options = new PutOptions { Sha256 = SHA256.HashData(content), Length = content.Length, Resume = true };
        foreach (int good in new[] { LargeObject + 1, (2 * LargeObject) + 1 })
        {
            await Assert.ThrowsAnyAsync<Exception>(() => Store.PutAsync(_bucket, Key, new FailingStream(content[..good]), options, None));
        }

        Assert.Equal(PutResult.Created, await PutAsync(Key, content, options));
        Assert.Equal(options.Sha256.ToArray(), await Store.HashAsync(_bucket, Key, None));
        Assert.Equal(PutResult.AlreadyExists, await PutAsync(Key, content, options));
    }

    [Fact(Timeout = 120_000)]
    public async Task what_an_interrupted_put_left_is_of_no_use_to_other_bytes()
    {
        byte[] content = Bytes(2 * LargeObject, 7);
        await Assert.ThrowsAnyAsync<Exception>(() => Store.PutAsync(_bucket, Key, new FailingStream(LargeObject + 1), new PutOptions { Resume = true }, None));

        Assert.Equal(PutResult.Created, await PutAsync(Key, content, new PutOptions { Sha256 = SHA256.HashData(content), Resume = true }));
        Assert.Equal(SHA256.HashData(content), await Store.HashAsync(_bucket, Key, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_put_that_is_cancelled_leaves_nothing()
    {
        var pipe = new Pipe();
        using var cancel = new CancellationTokenSource();
        Task<PutResult> put = Store.PutAsync(_bucket, Key, pipe.Reader, PutOptions.None, cancel.Token);
        await pipe.Writer.WriteAsync(new byte[1000]);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);

        Assert.Null(await Store.StatAsync(_bucket, Key, None));
        // Whoever writes into the pipe learns that nobody reads any more.
        Assert.True((await pipe.Writer.FlushAsync()).IsCompleted);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_deleted_object_is_gone_and_its_key_is_free()
    {
        await PutAsync(Key, [1]);

        Assert.True(await Store.DeleteAsync(_bucket, Key, None));
        Assert.Null(await Store.StatAsync(_bucket, Key, None));
        Assert.False(await Store.DeleteAsync(_bucket, Key, None));
        Assert.Equal(PutResult.Created, await PutAsync(Key, [2]));
        Assert.Equal([2], await ReadAsync(Key, null));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_copy_has_the_bytes_and_never_overwrites()
    {
        byte[] content = Bytes(10_000);
        BucketName other = NewBucket();
        await Store.EnsureBucketAsync(other, None);
        await PutAsync(Key, content, new PutOptions { Sha256 = SHA256.HashData(content) });

        ObjectKey copy = ObjectKey.Parse("kept/copy");
        Assert.Equal(PutResult.Created, await Store.CopyAsync(_bucket, Key, other, copy, None));
        Assert.Equal(SHA256.HashData(content), await Store.HashAsync(other, copy, None));
        Assert.Equal(SHA256.HashData(content), (await Store.StatAsync(other, copy, None))!.Sha256.ToArray());
        await PutAsync(copy, [1]);
        Assert.Equal(PutResult.AlreadyExists, await Store.CopyAsync(_bucket, copy, other, copy, None));
        Assert.Equal(SHA256.HashData(content), await Store.HashAsync(other, copy, None));
        Assert.Equal(content, await ReadAsync(Key, null));
    }

    [Fact(Timeout = 120_000)]
    public async Task many_objects_at_one_time_keep_their_bytes()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, token) =>
        {
            ObjectKey key = ObjectKey.Parse(string.Create(CultureInfo.InvariantCulture, $"events/{i}/clip.mp4"));
            byte[] content = Bytes(10_000 + i, i);
            Assert.Equal(PutResult.Created, await PutAsync(key, content));
            Assert.Equal(content, await ReadAsync(key, null));
            Assert.Equal(i % 2 == 0, i % 2 == 0 && await Store.DeleteAsync(_bucket, key, token));
        });
        Assert.Equal(32, (await Store.GetUsageAsync(_bucket, None)).Objects);
    }

    /// <summary>Called before each test.</summary>
    /// <returns>The store; the suite makes buckets with names of its own in it.</returns>
    protected abstract Task<IArchiveStore> OpenAsync();

    /// <summary>Called after each test.</summary>
    protected abstract Task CloseAsync();

    private static BucketName NewBucket() => BucketName.Parse($"conformance-{Guid.NewGuid():N}");

    private static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private Task<PutResult> PutAsync(ObjectKey key, byte[] content, PutOptions? options = null) =>
        Store.PutAsync(_bucket, key, new MemoryStream(content), options ?? PutOptions.None, None);

    private async Task<byte[]?> ReadAsync(ObjectKey key, ByteRange? range)
    {
        await using ArchiveRead? read = await Store.OpenReadAsync(_bucket, key, range, None);
        using var bytes = new MemoryStream();
        await read!.Content.CopyToAsync(bytes);
        Assert.Equal(read.Count, bytes.Length);
        return bytes.ToArray();
    }

    private async Task<List<string>> ListAsync(string prefix, BucketName? bucket = null)
    {
        var keys = new List<string>();
        await foreach (ArchivedObject found in Store.ListAsync(bucket ?? _bucket, prefix, None))
        {
            keys.Add(found.Key.ToString());
        }

        return keys;
    }
}
