using Guardian.Storage;

namespace Guardian.Conformance;

/// <summary>What every <see cref="IArchiveStore"/> must do. A provider's tests derive from this class and make the store.</summary>
public abstract class ArchiveStoreConformance : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly BucketName Bucket = BucketName.ForCamera("conformance");

    /// <summary>An empty store.</summary>
    protected abstract IArchiveStore Store { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_object_comes_back_as_it_was_put()
    {
        byte[] content = Bytes(300_000);
        await Store.EnsureBucketAsync(Bucket, None);
        ObjectKey key = ObjectKey.Parse("events/a/clip.mp4");

        Assert.Equal(PutResult.Created, await Store.PutAsync(Bucket, key, new MemoryStream(content), None));
        Assert.Equal(content, await ReadAsync(key, null));
        Assert.Equal(content.Length, (await Store.StatAsync(Bucket, key, None))!.Size);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_object_is_never_overwritten()
    {
        await Store.EnsureBucketAsync(Bucket, None);
        ObjectKey key = ObjectKey.Parse("one");
        await Store.PutAsync(Bucket, key, new MemoryStream([1, 2, 3]), None);

        Assert.Equal(PutResult.AlreadyExists, await Store.PutAsync(Bucket, key, new MemoryStream([9]), None));
        Assert.Equal([1, 2, 3], await ReadAsync(key, null));
    }

    [Fact(Timeout = 30_000)]
    public async Task of_many_puts_of_one_key_exactly_one_creates_it()
    {
        await Store.EnsureBucketAsync(Bucket, None);
        ObjectKey key = ObjectKey.Parse("raced");
        PutResult[] results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(() => Store.PutAsync(Bucket, key, new MemoryStream(Bytes(50_000, i)), None))));

        Assert.Single(results, PutResult.Created);
        Assert.Equal(50_000, (await ReadAsync(key, null))!.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_range_gives_those_bytes_and_stops_at_the_end()
    {
        byte[] content = Bytes(1000);
        await Store.EnsureBucketAsync(Bucket, None);
        ObjectKey key = ObjectKey.Parse("ranged");
        await Store.PutAsync(Bucket, key, new MemoryStream(content), None);

        Assert.Equal(content[10..30], await ReadAsync(key, new ByteRange(10, 20)));
        Assert.Equal(content[990..], await ReadAsync(key, new ByteRange(990, 500)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.OpenReadAsync(Bucket, key, new ByteRange(1000, 1), None));
    }

    [Fact(Timeout = 30_000)]
    public async Task what_is_not_there_is_null_or_false_and_not_an_error()
    {
        ObjectKey key = ObjectKey.Parse("missing");
        Assert.Null(await Store.StatAsync(Bucket, key, None));
        Assert.Null(await Store.OpenReadAsync(Bucket, key, null, None));
        Assert.False(await Store.DeleteAsync(Bucket, key, None));
        Assert.Empty(await ListAsync(""));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_put_into_a_missing_bucket_says_so()
    {
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => Store.PutAsync(BucketName.Parse("not-there"), ObjectKey.Parse("x"), new MemoryStream(), None));
        Assert.Contains("not-there", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task listing_is_in_key_order_and_by_prefix()
    {
        await Store.EnsureBucketAsync(Bucket, None);
        foreach (string key in new[] { "b/2", "a/1", "b/10", "b/1", "c" })
        {
            await Store.PutAsync(Bucket, ObjectKey.Parse(key), new MemoryStream([1]), None);
        }

        Assert.Equal(["a/1", "b/1", "b/10", "b/2", "c"], await ListAsync(""));
        Assert.Equal(["b/1", "b/10", "b/2"], await ListAsync("b/"));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_put_whose_source_fails_leaves_nothing()
    {
        await Store.EnsureBucketAsync(Bucket, None);
        ObjectKey key = ObjectKey.Parse("half");
        await Assert.ThrowsAnyAsync<Exception>(() => Store.PutAsync(Bucket, key, new FailingStream(100_000), None));

        Assert.Null(await Store.StatAsync(Bucket, key, None));
        Assert.Empty(await ListAsync(""));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_deleted_object_is_gone_and_its_key_is_free()
    {
        await Store.EnsureBucketAsync(Bucket, None);
        ObjectKey key = ObjectKey.Parse("gone");
        await Store.PutAsync(Bucket, key, new MemoryStream([1]), None);

        Assert.True(await Store.DeleteAsync(Bucket, key, None));
        Assert.Null(await Store.StatAsync(Bucket, key, None));
        Assert.Equal(PutResult.Created, await Store.PutAsync(Bucket, key, new MemoryStream([2]), None));
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<byte[]?> ReadAsync(ObjectKey key, ByteRange? range)
    {
        await using ArchiveRead? read = await Store.OpenReadAsync(Bucket, key, range, None);
        using var bytes = new MemoryStream();
        await read!.Content.CopyToAsync(bytes);
        Assert.Equal(read.Count, bytes.Length);
        return bytes.ToArray();
    }

    private async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (ArchivedObject found in Store.ListAsync(Bucket, prefix, None))
        {
            keys.Add(found.Key.ToString());
        }

        return keys;
    }
}
