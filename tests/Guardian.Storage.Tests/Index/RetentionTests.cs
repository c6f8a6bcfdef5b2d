using Guardian.Testing;
using static Guardian.Storage.Tests.Index.ArchiveRules;

namespace Guardian.Storage.Tests.Index;

[Collection(PostgresTests.Name)]
public sealed class RetentionTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly ArchiveRules _rules = new(postgres);

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task objects_go_when_their_time_by_camera_and_severity_is_over(string database)
    {
        await _rules.OpenAsync(database, o =>
        {
            o.Retention.Low = TimeSpan.FromDays(7);
            o.Retention.High = TimeSpan.FromDays(90);
            o.Cameras["till"] = new CameraPolicy { Retention = new RetentionRule { Low = TimeSpan.FromDays(30) } };
        });
        SealedObjectInfo low = await WithSeverityAsync("door", ObjectSeverity.Low);
        SealedObjectInfo high = await WithSeverityAsync("door", ObjectSeverity.High);
        SealedObjectInfo till = await WithSeverityAsync("till", ObjectSeverity.Low);
        SealedObjectInfo unweighed = await _rules.ArchiveAsync("door");
        Assert.Equal(low.CreatedAt + TimeSpan.FromDays(7), (await _rules.Archive.GetAsync(low.Id, None))!.ExpiresAt);
        Assert.Null((await _rules.Archive.GetAsync(unweighed.Id, None))!.ExpiresAt);

        _rules.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(0, await _rules.Archive.DeleteDueAsync(None));
        _rules.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await _rules.Archive.DeleteDueAsync(None));
        Assert.Null(await _rules.Archive.GetAsync(low.Id, None));
        Assert.False(File.Exists(_rules.FileOf(low)));

        _rules.Time.Advance(TimeSpan.FromDays(85));
        Assert.Equal(2, await _rules.Archive.DeleteDueAsync(None));
        Assert.False(File.Exists(_rules.FileOf(high)));
        Assert.False(File.Exists(_rules.FileOf(till)));
        Assert.True(File.Exists(_rules.FileOf(unweighed)));
        Assert.Equal((_rules.Archived("door"), 1), ((await _rules.UsageAsync("door")).Bytes, (await _rules.UsageAsync("door")).Objects));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task a_legal_hold_protects_from_time_and_request_until_it_is_lifted(string database)
    {
        await _rules.OpenAsync(database, o => o.Retention.Unknown = TimeSpan.FromDays(1));
        SealedObjectInfo clip = await _rules.ArchiveAsync("door");
        SealedObjectInfo other = await _rules.ArchiveAsync("yard");
        string target = clip.Id.EventId.ToString();
        Assert.True(await _rules.Archive.Register.PlaceHoldAsync(HoldKind.Event, target, "case 7", "operator:anna", None));
        Assert.False(await _rules.Archive.Register.PlaceHoldAsync(HoldKind.Event, target, "again", "operator:bert", None));
        Assert.True(await _rules.Archive.Register.PlaceHoldAsync(HoldKind.Camera, "yard", "case 8", "operator:anna", None));
        Assert.Equal(["case 7", "case 8"], (await _rules.Archive.Register.ListHoldsAsync(None)).Select(h => h.Reason));

        _rules.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await _rules.Archive.DeleteDueAsync(None));
        Assert.Equal(new EraseResult(0, 1, IsRefused: true), await _rules.Archive.Register.EraseEventAsync(clip.Id.EventId, "asked", "operator:anna", None));
        Assert.Equal(new EraseResult(0, 1), await _rules.Archive.Register.EraseCameraAsync("yard", "asked", "operator:anna", None));
        Assert.True(File.Exists(_rules.FileOf(clip)));
        Assert.True(File.Exists(_rules.FileOf(other)));

        Assert.True(await _rules.Archive.Register.LiftHoldAsync(HoldKind.Event, target, "closed", "operator:anna", None));
        Assert.False(await _rules.Archive.Register.LiftHoldAsync(HoldKind.Event, target, "closed", "operator:anna", None));
        Assert.Equal(1, await _rules.Archive.DeleteDueAsync(None));
        Assert.False(File.Exists(_rules.FileOf(clip)));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_erased_event_is_gone_everywhere_and_does_not_come_back(string database)
    {
        await _rules.OpenAsync(database);
        Guid erased = Guid.NewGuid();
        SealedObjectInfo clip = await _rules.ArchiveAsync("door", eventId: erased);
        await _rules.ArchiveAsync("door", eventId: erased, name: "metadata.json");
        SealedObjectInfo kept = await _rules.ArchiveAsync("door");
        SealedObjectInfo waiting = (await _rules.StoreAsync("door", eventId: erased, name: "snapshot.jpg")).Stored!;

        Assert.Equal(new EraseResult(3, 0), await _rules.Archive.Register.EraseEventAsync(erased, "asked by the person shown", "operator:anna", None));
        Assert.Null(await _rules.Archive.OpenReadAsync(clip.Id, null, None));
        Assert.Equal(SealedObjectStatus.Deleting, (await _rules.Archive.GetAsync(waiting.Id, None))!.Status);
        Assert.Equal(0, await _rules.Archive.ArchiveDueAsync(None));
        Assert.Equal(3, await _rules.Archive.DeleteDueAsync(None));

        Assert.Empty(await _rules.Archive.ListForEventAsync(erased, None));
        Assert.Empty(Directory.GetFiles(_rules.Spool));
        Assert.Equal(_rules.Archived("door"), kept.Size);
        Assert.Equal((kept.Size, 1), ((await _rules.UsageAsync("door")).Bytes, (await _rules.UsageAsync("door")).Objects));
        Assert.Equal(UploadRefusalReason.Erased, (await _rules.StoreAsync("door", eventId: erased)).Refusal!.Reason);
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_event_that_is_erased_while_its_clip_arrives_is_gone_too(string database)
    {
        await _rules.OpenAsync(database);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(50_000));
        SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
        await using SealedUpload upload = (await _rules.Archive.BeginUploadAsync(id, "door", 0, clip.Length, None)).Upload!;
        await upload.WriteAsync(clip.AsMemory(0, 30_000), None);
        Assert.Equal(1, (await _rules.Archive.Register.EraseEventAsync(id.EventId, "asked", "operator:anna", None)).Objects);
        Assert.Equal(0, await _rules.Archive.DeleteDueAsync(None));

        await upload.WriteAsync(clip.AsMemory(30_000), None);
        Assert.Equal(UploadRefusalReason.Erased, (await upload.CompleteAsync(None)).Refusal!.Reason);
        _rules.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await _rules.Archive.DeleteDueAsync(None));
        Assert.Null(await _rules.Archive.GetAsync(id, None));
        Assert.Empty(Directory.GetFiles(_rules.Spool));
        Assert.Equal((0, 0), ((await _rules.UsageAsync("door")).Bytes, (await _rules.UsageAsync("door")).Objects));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task everything_of_a_camera_can_be_erased(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectId first = (await _rules.ArchiveAsync("door")).Id;
        for (int i = 0; i < 4; i++)
        {
            await _rules.ArchiveAsync("door");
        }

        SealedObjectInfo held = await _rules.ArchiveAsync("door");
        SealedObjectInfo other = await _rules.ArchiveAsync("yard");
        await _rules.Archive.Register.PlaceHoldAsync(HoldKind.Event, held.Id.EventId.ToString(), "case", "operator:anna", None);
        Assert.Equal(new EraseResult(5, 1), await _rules.Archive.Register.EraseCameraAsync("door", "the camera was given back", "operator:anna", None));
        Assert.Equal(5, await _rules.Archive.DeleteDueAsync(None));
        Assert.Equal(held.Size, _rules.Archived("door"));
        Assert.Equal(other.Size, _rules.Archived("yard"));
        Assert.Null((await _rules.StoreAsync("door")).Refusal);

        // An event of it that its edge sends once more does not come back.
        Assert.Equal(UploadRefusalReason.Erased, (await _rules.StoreAsync("door", eventId: first.EventId)).Refusal!.Reason);
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task what_cannot_be_deleted_does_not_keep_the_others(string database)
    {
        await _rules.OpenAsync(database);
        _rules.Options.MaxConcurrentUploads = 200;
        for (int i = 0; i < 110; i++)
        {
            await _rules.StoreAsync("door", 10);
        }

        await _rules.Archive.ArchiveDueAsync(None);
        await _rules.Archive.Register.EraseCameraAsync("door", "asked", "operator:anna", None);
        _rules.Store.Undeletable = BucketName.ForCamera("door");
        SealedObjectInfo other = await _rules.ArchiveAsync("yard");
        _rules.Time.Advance(TimeSpan.FromMinutes(1));
        await _rules.Archive.Register.EraseEventAsync(other.Id.EventId, "asked", "operator:anna", None);
        Assert.Equal(1, await _rules.Archive.DeleteDueAsync(None));
        Assert.Equal(0, await _rules.Archive.DeleteDueAsync(None));
        _rules.Store.Undeletable = null;
        _rules.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(110, await _rules.Archive.DeleteDueAsync(None));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_erasure_that_meets_an_object_on_its_way_is_not_undone(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectInfo info = (await _rules.StoreAsync("door")).Stored!;

        // The spool's file is not what was accepted: the outbox gives it up for good, after the erasure.
        await File.WriteAllBytesAsync(Directory.GetFiles(_rules.Spool).Single(), new byte[info.Size]);
        _rules.Store.OnPut = _ => _rules.Archive.Register.EraseEventAsync(info.Id.EventId, "asked", "operator:anna", None);
        await _rules.Archive.ArchiveDueAsync(None);
        Assert.Equal(SealedObjectStatus.Deleting, (await _rules.Archive.GetAsync(info.Id, None))!.Status);
        Assert.Equal(1, await _rules.Archive.DeleteDueAsync(None));
        Assert.Null(await _rules.Archive.GetAsync(info.Id, None));
    }

    [Theory(Timeout = 120_000), ClassData(typeof(IndexDatabases))]
    public async Task an_erasure_and_an_upload_side_by_side_leave_nothing(string database)
    {
        await _rules.OpenAsync(database);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(100));
        for (int i = 0; i < 60; i++)
        {
            SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
            await Task.WhenAll(
                Task.Run(() => _rules.Archive.StoreAsync(id, "door", clip, None)), Task.Run(() => _rules.Archive.Register.EraseEventAsync(id.EventId, "asked", "operator:anna", None)));
            Assert.True(await _rules.Archive.GetAsync(id, None) is null or { Status: SealedObjectStatus.Deleting });
        }

        _rules.Time.Advance(TimeSpan.FromSeconds(1));
        await _rules.Archive.DeleteDueAsync(None);
        Assert.Equal((0, 0), ((await _rules.UsageAsync(null)).Bytes, (await _rules.UsageAsync(null)).Objects));
        Assert.Empty(Directory.GetFiles(_rules.Spool));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task a_deletion_that_was_cut_short_goes_on(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectInfo first = await _rules.ArchiveAsync("door"), second = await _rules.ArchiveAsync("door");
        await _rules.Archive.Register.EraseCameraAsync("door", "asked", "operator:anna", None);

        // The store is down; then the process is killed after the object went and before its row did.
        _rules.Store.Down = true;
        Assert.Equal(0, await _rules.Archive.DeleteDueAsync(None));
        _rules.Store.Down = false;
        File.Delete(_rules.FileOf(first));
        await _rules.ReopenAsync();
        _rules.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, await _rules.Archive.DeleteDueAsync(None));
        Assert.Equal(0, _rules.Archived("door"));
        Assert.Null(await _rules.Archive.GetAsync(first.Id, None));
        Assert.Null(await _rules.Archive.GetAsync(second.Id, None));
        Assert.Equal(0, (await _rules.UsageAsync(null)).Bytes);
    }

    [Theory, ClassData(typeof(IndexDatabases))]
    public async Task holds_and_erasures_need_a_reason_and_somebody_who_asks(string database)
    {
        await _rules.OpenAsync(database);
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.PlaceHoldAsync(HoldKind.Camera, "door", " ", "operator:anna", None));
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.PlaceHoldAsync(HoldKind.Event, "door", "a reason", "operator:anna", None));
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.EraseCameraAsync("door", "a reason", new string('a', 201), None));
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.EraseCameraAsync("", "a reason", "operator:anna", None));
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.EraseCameraAsync("door", "a\0reason", "operator:anna", None));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _rules.DisposeAsync().AsTask();

    private async Task<SealedObjectInfo> WithSeverityAsync(string camera, ObjectSeverity severity)
    {
        SealedObjectInfo info = await _rules.ArchiveAsync(camera);
        await _rules.Archive.Register.SetSeverityAsync(info.Id.EventId, severity, None);
        return info;
    }
}
