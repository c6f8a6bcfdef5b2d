using Guardian.Testing;

namespace Guardian.Storage.Tests;

public sealed class SealedArchiveTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly SealedObjectId _id = SealedObjectId.Clip(Guid.NewGuid());
    private SealedArchiveOptions _options = null!;
    private BreakableStore _store = null!;
    private SealedArchive _archive = null!;

    public async Task InitializeAsync()
    {
        _options = new SealedArchiveOptions
        {
            Directory = _folder.File("data"),
            CheckpointBytes = 64 << 10,
            MaxObjectBytes = 4 << 20,
            MaxSpoolBytes = 8 << 20,
            MaxConcurrentUploads = 4,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        _store = new BreakableStore(new FolderArchiveStore(_folder.File("archive")));
        await ReopenAsync();
    }

    public async Task DisposeAsync()
    {
        await _archive.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task a_sealed_clip_is_stored_archived_and_read_back()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(300_000));
        UploadOutcome outcome = await UploadAsync(clip);

        Assert.Equal(SealedObjectStatus.Pending, outcome.Stored!.Status);
        Assert.Equal(clip, await ReadAsync(null));
        Assert.Equal(1, await _archive.ArchiveDueAsync(None));
        SealedObjectInfo info = (await _archive.GetAsync(_id, None))!;
        Assert.Equal(SealedObjectStatus.Completed, info.Status);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(clip), info.Sha256.ToArray());
        Assert.Equal($"events/{_id.EventId}/clip.mp4", info.Key.ToString());
        Assert.Equal(clip, await ReadAsync(null));
        Assert.Equal(clip[100..300], await ReadAsync(new ByteRange(100, 200)));
        Assert.Empty(Directory.GetFiles(_folder.File("data/spool")));
    }

    [Fact(Timeout = 30_000)]
    public async Task what_runs_ends_quietly_with_the_archive()
    {
        Task running = _archive.RunAsync(None);
        await UploadAsync(await Sample.SealAsync(Sample.Bytes(300_000)));
        await _archive.DisposeAsync();
        await running;
        await _archive.DisposeAsync();
        await ReopenAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task a_clip_that_is_not_sealed_is_refused_within_its_first_bytes_and_leaves_nothing()
    {
        UploadStart start = await _archive.BeginUploadAsync(_id, "cam", 0, null, None);
        UploadRefusal? refusal = await start.Upload!.WriteAsync(new byte[] { 0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70 }, None);

        Assert.Equal(UploadRefusalReason.NotSealed, refusal!.Reason);
        Assert.Contains("not sealed", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await _archive.GetAsync(_id, None));
        Assert.Empty(Directory.GetFiles(_folder.File("data/spool")));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_cut_clip_is_refused_at_its_end()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(70_000));
        UploadOutcome outcome = await UploadAsync(clip[..(SealedHeader.Parse(clip).Length + 65_536 + 16 + 7)]);

        Assert.Equal(UploadRefusalReason.NotSealed, outcome.Refusal!.Reason);
        Assert.Empty(Directory.GetFiles(_folder.File("data/spool")));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_clip_sealed_to_a_stranger_is_refused_where_the_customers_key_is_required()
    {
        _options.RequiredRecipients.Add(Sample.Customer.PublicKey.Id);
        using RecipientPrivateKey stranger = RecipientPrivateKey.Generate();

        UploadOutcome refused = await UploadAsync(await new Sealer(stranger.PublicKey).SealAsync(new byte[10], "video/mp4"));
        Assert.Equal(UploadRefusalReason.WrongRecipient, refused.Refusal!.Reason);
        Assert.NotNull((await UploadAsync(await Sample.SealAsync(new byte[10]))).Stored);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_interrupted_upload_goes_on_where_its_bytes_end()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(400_000));
        await using (SealedUpload first = (await _archive.BeginUploadAsync(_id, "cam", 0, clip.Length, None)).Upload!)
        {
            Assert.Null(await first.WriteAsync(clip.AsMemory(0, 150_000), None));
        }

        await ReopenAsync();
        SealedObjectInfo partial = (await _archive.GetAsync(_id, None))!;
        Assert.Equal((SealedObjectStatus.Receiving, 150_000), (partial.Status, partial.Size));
        UploadStart wrong = await _archive.BeginUploadAsync(_id, "cam", 149_999, clip.Length, None);
        Assert.Equal(150_000, wrong.Refusal!.ExpectedOffset);

        await using SealedUpload second = (await _archive.BeginUploadAsync(_id, "cam", 150_000, clip.Length, None)).Upload!;
        Assert.Null(await second.WriteAsync(clip.AsMemory(150_000), None));
        UploadOutcome outcome = await second.CompleteAsync(None);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(clip), outcome.Stored!.Sha256.ToArray());
        Assert.Equal(clip, await ReadAsync(null));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_interrupted_upload_may_start_over()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(200_000));
        await using (SealedUpload first = (await _archive.BeginUploadAsync(_id, "cam", 0, null, None)).Upload!)
        {
            await first.WriteAsync(clip.AsMemory(0, 100_000), None);
        }

        Assert.NotNull((await UploadAsync(clip)).Stored);
        Assert.Equal(clip, await ReadAsync(null));
    }

    [Fact(Timeout = 30_000)]
    public async Task sending_a_complete_clip_again_changes_nothing()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(1000));
        await UploadAsync(clip);

        UploadStart again = await _archive.BeginUploadAsync(_id, "cam", 0, null, None);
        Assert.Equal(UploadRefusalReason.AlreadyComplete, again.Refusal!.Reason);
        Assert.Equal(clip.Length, again.Refusal.Existing!.Size);
        Assert.Equal(clip, await ReadAsync(null));
    }

    [Fact(Timeout = 30_000)]
    public async Task every_bound_is_named_when_it_is_met()
    {
        UploadStart large = await _archive.BeginUploadAsync(_id, "cam", 0, _options.MaxObjectBytes + 1, None);
        Assert.Contains($"{_options.MaxObjectBytes}", large.Refusal!.Message, StringComparison.Ordinal);

        await using SealedUpload busy = (await _archive.BeginUploadAsync(_id, "cam", 0, null, None)).Upload!;
        Assert.Equal(UploadRefusalReason.AlreadyUploading, (await _archive.BeginUploadAsync(_id, "cam", 0, null, None)).Refusal!.Reason);

        var more = new List<SealedUpload>();
        for (int i = 1; i < _options.MaxConcurrentUploads; i++)
        {
            more.Add((await _archive.BeginUploadAsync(SealedObjectId.Clip(Guid.NewGuid()), "cam", 0, null, None)).Upload!);
        }

        Assert.Equal(UploadRefusalReason.TooManyUploads, (await _archive.BeginUploadAsync(SealedObjectId.Clip(Guid.NewGuid()), "cam", 0, null, None)).Refusal!.Reason);
        foreach (SealedUpload upload in more)
        {
            await upload.DisposeAsync();
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_full_spool_refuses_new_clips_and_keeps_the_acknowledged_ones()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(3 << 20));
        var ids = new List<SealedObjectId>();
        for (int i = 0; i < 2; i++)
        {
            SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
            Assert.NotNull((await UploadAsync(clip, id)).Stored);
            ids.Add(id);
        }

        Assert.Equal(UploadRefusalReason.SpoolFull, (await UploadAsync(clip)).Refusal!.Reason);
        await _archive.ArchiveDueAsync(None);
        Assert.NotNull((await UploadAsync(clip)).Stored);
        Assert.All(ids, id => Assert.Equal(SealedObjectStatus.Completed, _archive.GetAsync(id, None).GetAwaiter().GetResult()!.Status));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_store_that_is_down_delays_the_archive_and_loses_nothing()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(1000));
        await UploadAsync(clip);
        _store.Down = true;
        Assert.Equal(0, await _archive.ArchiveDueAsync(None));
        SealedObjectInfo waiting = (await _archive.GetAsync(_id, None))!;
        Assert.Equal(SealedObjectStatus.Pending, waiting.Status);
        Assert.True(waiting.Attempts >= 1);
        Assert.Contains("down", waiting.LastError, StringComparison.Ordinal);
        Assert.Equal(clip, await ReadAsync(null));

        _store.Down = false;
        using var stop = new CancellationTokenSource();
        Task run = _archive.RunAsync(stop.Token);
        await Eventually.IsTrueAsync(async () => (await _archive.GetAsync(_id, None))!.Status == SealedObjectStatus.Completed, "archived");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(clip, await ReadAsync(null));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_process_killed_between_put_and_row_archives_once()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(1000));
        UploadOutcome outcome = await UploadAsync(clip);
        SealedObjectInfo stored = outcome.Stored!;
        await _store.EnsureBucketAsync(stored.Bucket, None);
        await _store.PutAsync(stored.Bucket, stored.Key, new MemoryStream(clip), None);
        await File.WriteAllBytesAsync(_folder.File("data/spool/litter"), clip);

        await ReopenAsync();
        Assert.Equal(1, await _archive.ArchiveDueAsync(None));
        Assert.Equal(clip, await ReadAsync(null));
        Assert.Empty(Directory.GetFiles(_folder.File("data/spool")));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_second_process_on_the_folder_is_refused_and_harms_nothing()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(200_000));
        await using SealedUpload upload = (await _archive.BeginUploadAsync(_id, "cam", 0, null, None)).Upload!;
        await upload.WriteAsync(clip.AsMemory(0, 100_000), None);

        Assert.Contains("another process", Assert.Throws<StorageException>(() => new SealedArchive(_options, _store)).Message, StringComparison.Ordinal);

        await upload.WriteAsync(clip.AsMemory(100_000), None);
        Assert.NotNull((await upload.CompleteAsync(None)).Stored);
        Assert.Equal(clip, await ReadAsync(null));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_clip_that_another_camera_stored_is_not_taken_for_ones_own()
    {
        await UploadAsync(await Sample.SealAsync(Sample.Bytes(1000)));
        UploadStart other = await _archive.BeginUploadAsync(_id, "other-camera", 0, null, None);
        Assert.Equal(UploadRefusalReason.OtherCamera, other.Refusal!.Reason);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_partial_upload_whose_file_is_gone_starts_over()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(200_000));
        await using (SealedUpload first = (await _archive.BeginUploadAsync(_id, "cam", 0, null, None)).Upload!)
        {
            await first.WriteAsync(clip.AsMemory(0, 100_000), None);
        }

        File.Delete(Directory.GetFiles(_folder.File("data/spool")).Single());
        Assert.Equal(0, (await _archive.BeginUploadAsync(_id, "cam", 100_000, null, None)).Refusal!.ExpectedOffset);
        await ReopenAsync();
        Assert.Null(await _archive.GetAsync(_id, None));
        Assert.NotNull((await UploadAsync(clip)).Stored);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_write_that_is_cancelled_gives_its_room_back()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(3 << 20));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        for (int i = 0; i < 10; i++)
        {
            await using SealedUpload upload = (await _archive.BeginUploadAsync(_id, "cam", 0, null, None)).Upload!;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await upload.WriteAsync(clip, cancelled.Token));
        }

        Assert.NotNull((await UploadAsync(clip)).Stored);
    }

    [Fact(Timeout = 30_000)]
    public async Task another_object_at_the_archives_key_does_not_cost_the_spools_copy()
    {
        byte[] clip = await Sample.SealAsync(Sample.Bytes(1000));
        SealedObjectInfo stored = (await UploadAsync(clip)).Stored!;
        await _store.EnsureBucketAsync(stored.Bucket, None);
        await _store.PutAsync(stored.Bucket, stored.Key, new MemoryStream(new byte[clip.Length]), None);

        Assert.Equal(0, await _archive.ArchiveDueAsync(None));
        Assert.Contains("another object", (await _archive.GetAsync(_id, None))!.LastError, StringComparison.Ordinal);
        Assert.Equal(clip, await ReadAsync(null));
    }

    [Fact]
    public async Task uploads_wait_for_recovery()
    {
        await _archive.DisposeAsync();
        await using var fresh = new SealedArchive(_options, _store);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fresh.BeginUploadAsync(_id, "cam", 0, null, None));
    }

    [Fact]
    public void unsound_options_are_all_named()
    {
        var options = new SealedArchiveOptions { MaxObjectBytes = 1, MaxConcurrentUploads = 0 };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SealedArchive(options, _store));
        Assert.Contains("Guardian:Storage:Directory", error.Message, StringComparison.Ordinal);
        Assert.Contains("Guardian:Storage:MaxObjectBytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("Guardian:Storage:MaxConcurrentUploads", error.Message, StringComparison.Ordinal);
    }

    private async Task ReopenAsync()
    {
        if (_archive is not null)
        {
            await _archive.DisposeAsync();
        }

        _archive = new SealedArchive(_options, _store);
        await _archive.RecoverAsync(None);
    }

    private async Task<UploadOutcome> UploadAsync(byte[] bytes, SealedObjectId? id = null)
    {
        UploadStart start = await _archive.BeginUploadAsync(id ?? _id, "cam", 0, null, None);
        await using SealedUpload upload = start.Upload!;
        for (int at = 0; at < bytes.Length; at += 50_000)
        {
            if (await upload.WriteAsync(bytes.AsMemory(at, Math.Min(50_000, bytes.Length - at)), None) is { } refusal)
            {
                return new UploadOutcome(null, refusal);
            }
        }

        return await upload.CompleteAsync(None);
    }

    private async Task<byte[]> ReadAsync(ByteRange? range)
    {
        await using ArchiveRead? read = await _archive.OpenReadAsync(_id, range, None);
        using var bytes = new MemoryStream();
        await read!.Content.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
