using Guardian.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using static Guardian.Storage.Tests.Index.ArchiveRules;

namespace Guardian.Storage.Tests.Index;

[Collection(PostgresTests.Name)]
public sealed class IndexTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly ArchiveRules _rules = new(postgres);

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task the_index_is_asked_by_camera_event_status_and_time_a_page_at_a_time(string database)
    {
        await _rules.OpenAsync(database);
        var all = new List<SealedObjectInfo>();
        for (int i = 0; i < 12; i++)
        {
            all.Add(await _rules.ArchiveAsync(i % 3 == 0 ? "yard" : "door"));
            _rules.Time.Advance(TimeSpan.FromMinutes(i % 4 == 0 ? 1 : 0));
        }

        SealedObjectInfo pending = (await _rules.StoreAsync("door")).Stored!;
        var seen = new List<SealedObjectId>();
        string? cursor = null;
        do
        {
            IndexPage page = await _rules.Archive.Register.QueryAsync(new IndexQuery { Limit = 5, Cursor = cursor }, None);
            Assert.InRange(page.Objects.Count, 1, 5);
            seen.AddRange(page.Objects.Select(o => o.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(13, seen.Distinct().Count());
        Assert.Equal(13, seen.Count);
        Assert.Equal(4, (await _rules.Archive.Register.QueryAsync(new IndexQuery { CameraId = "yard" }, None)).Objects.Count);
        Assert.Equal(pending.Id, Assert.Single((await _rules.Archive.Register.QueryAsync(new IndexQuery { Status = SealedObjectStatus.Pending }, None)).Objects).Id);
        Assert.Equal(all[3].Id, Assert.Single((await _rules.Archive.Register.QueryAsync(new IndexQuery { EventId = all[3].Id.EventId }, None)).Objects).Id);
        DateTimeOffset middle = all[5].CreatedAt;
        Assert.Equal(all.Count(o => o.CreatedAt >= middle) + 1, (await _rules.Archive.Register.QueryAsync(new IndexQuery { From = middle }, None)).Objects.Count);
        Assert.Equal(all.Count(o => o.CreatedAt < middle), (await _rules.Archive.Register.QueryAsync(new IndexQuery { Until = middle }, None)).Objects.Count);
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.QueryAsync(new IndexQuery { Limit = 0 }, None));
        await Assert.ThrowsAsync<ArgumentException>(() => _rules.Archive.Register.QueryAsync(new IndexQuery { Cursor = "1_x_y" }, None));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task a_row_says_who_can_open_the_object_and_where_it_lies(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectInfo info = await _rules.ArchiveAsync("Haustür 1");
        Assert.Equal(Sample.Customer.PublicKey.Id, Assert.Single(info.Recipients));
        Assert.Equal(1, info.FormatVersion);
        Assert.StartsWith("camera-", info.Bucket.ToString(), StringComparison.Ordinal);
        Assert.Equal("Haustür 1", info.CameraId);
        Assert.True(File.Exists(_rules.FileOf(info)));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task index_and_archive_are_held_against_each_other(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectInfo fine = await _rules.ArchiveAsync("door"), lost = await _rules.ArchiveAsync("door"), cut = await _rules.ArchiveAsync("door"), unknown = await _rules.ArchiveAsync("yard");
        Assert.True((await _rules.Archive.ReconcileAsync(repair: false, None)).IsClean);

        File.Delete(_rules.FileOf(lost));
        await using (FileStream file = File.OpenWrite(_rules.FileOf(cut)))
        {
            file.SetLength(10);
        }

        // An index that has forgotten an object, and miscounts.
        await ExecuteAsync(database, $"DELETE FROM objects WHERE event_id = '{unknown.Id.EventId}'; UPDATE usage SET bytes = 7 WHERE camera_id = 'door'");
        ReconcileReport found = await _rules.Archive.ReconcileAsync(repair: false, None);
        Assert.Equal(new[] { lost.Id, cut.Id }.ToHashSet(), found.Lost.ToHashSet());
        Assert.Equal($"{unknown.Bucket}/{unknown.Key}", Assert.Single(found.Unknown));
        Assert.Equal(7, found.Drift.Single(d => d.CameraId == "door").Bytes);
        Assert.Equal(SealedObjectStatus.Completed, (await _rules.Archive.GetAsync(lost.Id, None))!.Status);

        ReconcileReport repaired = await _rules.Archive.ReconcileAsync(repair: true, None);
        Assert.Equal(1, repaired.Adopted);
        Assert.Equal(SealedObjectStatus.Failed, (await _rules.Archive.GetAsync(lost.Id, None))!.Status);
        Assert.Equal(SealedObjectStatus.Failed, (await _rules.Archive.GetAsync(cut.Id, None))!.Status);
        SealedObjectInfo adopted = (await _rules.Archive.GetAsync(unknown.Id, None))!;
        Assert.Equal((unknown.Size, unknown.CameraId, SealedObjectStatus.Completed), (adopted.Size, adopted.CameraId, adopted.Status));
        Assert.Equal(unknown.Sha256.ToArray(), adopted.Sha256.ToArray());
        Assert.Equal(unknown.Recipients, adopted.Recipients);
        Assert.Equal(fine.Size, (await _rules.UsageAsync("door")).Bytes);
        Assert.Equal(unknown.Size, (await _rules.UsageAsync("yard")).Bytes);
        Assert.True((await _rules.Archive.ReconcileAsync(repair: true, None)).IsClean);
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_archive_that_is_not_mounted_is_not_one_that_lost_everything(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectInfo info = await _rules.ArchiveAsync("door"), gone = await _rules.ArchiveAsync("door");
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(_rules.FileOf(info))!)!)!;
        Directory.Move(folder, folder + ".away");
        ReconcileReport report = await _rules.Archive.ReconcileAsync(repair: true, None);
        Assert.Equal(2, report.Lost.Count);
        Assert.Equal(SealedObjectStatus.Completed, (await _rules.Archive.GetAsync(info.Id, None))!.Status);
        Assert.Equal(info.Size + gone.Size, (await _rules.UsageAsync("door")).Bytes);
        Directory.Move(folder + ".away", folder);
        Assert.True((await _rules.Archive.ReconcileAsync(repair: true, None)).IsClean);

        // What was lost and is there again counts again.
        byte[] bytes = await File.ReadAllBytesAsync(_rules.FileOf(gone));
        File.Delete(_rules.FileOf(gone));
        await _rules.Archive.ReconcileAsync(repair: true, None);
        Assert.Equal(SealedObjectStatus.Failed, (await _rules.Archive.GetAsync(gone.Id, None))!.Status);
        Assert.Equal(info.Size, (await _rules.UsageAsync("door")).Bytes);
        await File.WriteAllBytesAsync(_rules.FileOf(gone), bytes);
        await _rules.Archive.ReconcileAsync(repair: true, None);
        Assert.Equal(SealedObjectStatus.Completed, (await _rules.Archive.GetAsync(gone.Id, None))!.Status);
        Assert.Equal(info.Size + gone.Size, (await _rules.UsageAsync("door")).Bytes);

        // And is lost once more, which the log has twice then.
        _rules.Time.Advance(TimeSpan.FromDays(1));
        File.Delete(_rules.FileOf(gone));
        await _rules.Archive.ReconcileAsync(repair: true, None);
        await _rules.Archive.Evidence.IntegrateAsync(None);
        Assert.Equal(2, (await _rules.Archive.Evidence.ListForEventAsync(gone.Id.EventId, None)).Count(e => e.Details!.Contains("\"lost\"", StringComparison.Ordinal)));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task what_is_found_of_an_erased_event_is_removed(string database)
    {
        await _rules.OpenAsync(database);
        SealedObjectInfo erased = await _rules.ArchiveAsync("door");
        byte[] bytes = await File.ReadAllBytesAsync(_rules.FileOf(erased));
        await _rules.Archive.Register.EraseEventAsync(erased.Id.EventId, "asked", "operator:anna", None);
        Assert.Equal(1, await _rules.Archive.DeleteDueAsync(None));

        // As a store does that finishes what it was told to forget.
        Directory.CreateDirectory(Path.GetDirectoryName(_rules.FileOf(erased))!);
        await File.WriteAllBytesAsync(_rules.FileOf(erased), bytes);
        await _rules.Archive.ReconcileAsync(repair: true, None);
        Assert.False(File.Exists(_rules.FileOf(erased)));
        Assert.Null(await _rules.Archive.GetAsync(erased.Id, None));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task it_happens_by_itself_every_night(string database)
    {
        await _rules.OpenAsync(database, o => o.ReconcileHour = 13);
        SealedObjectInfo info = await _rules.ArchiveAsync("door");
        await ExecuteAsync(database, "UPDATE usage SET bytes = 7");
        using var stop = new CancellationTokenSource();
        Task running = _rules.Archive.RunAsync(stop.Token);
        _rules.Time.Advance(TimeSpan.FromMinutes(61));
        await Eventually.IsTrueAsync(async () => (await _rules.UsageAsync("door")).Bytes == info.Size, "the figures are right again");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory(Timeout = 120_000), ClassData(typeof(IndexDatabases))]
    public async Task a_listing_of_many_pages_is_compared_whole(string database)
    {
        await _rules.OpenAsync(database, o => o.MaxConcurrentUploads = 64);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(10));
        for (int i = 0; i < 1100; i += 50)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _rules.Archive.StoreAsync(SealedObjectId.Clip(Guid.NewGuid()), "door", clip, None)));
        }

        Assert.Equal(1100, await _rules.Archive.ArchiveDueAsync(None));
        ReconcileReport report = await _rules.Archive.ReconcileAsync(repair: true, None);
        Assert.True(report.IsClean);
        Assert.Equal((1100, 1100 * clip.Length), (report.Objects, report.Bytes));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_index_of_the_first_schema_is_taken_over()
    {
        await _rules.OpenAsync(IndexDatabases.Sqlite);
        SealedObjectInfo archived = await _rules.ArchiveAsync("door", 5000), waiting = (await _rules.StoreAsync("door", 3000)).Stored!;
        await _rules.Archive.DisposeAsync();
        File.Delete(Path.Combine(_rules.Options.Directory, "spool.id"));
        string rows = "event_id, name, camera_id, status, size, sha256, content_type, created_at, updated_at, archived_at, attempts, last_error, next_attempt_at";
        await using (var connection = new SqliteConnection($"Data Source={_rules.IndexFile};Pooling=False"))
        {
            string[] tables = [.. connection.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'objects'")];
            connection.Execute($"CREATE TABLE kept AS SELECT {rows} FROM objects; DROP TABLE objects; {string.Join(' ', tables.Select(t => $"DROP TABLE {t};"))}");
            connection.Execute(StorageSchema.Sqlite[0]);
            connection.Execute($"INSERT INTO objects ({rows}) SELECT {rows} FROM kept; DROP TABLE kept; PRAGMA user_version = 1");
        }

        await _rules.ReopenAsync();
        Assert.Equal((archived.Size + waiting.Size, 2), ((await _rules.UsageAsync("door")).Bytes, (await _rules.UsageAsync(null)).Objects));
        Assert.Equal(1, await _rules.Archive.ArchiveDueAsync(None));
        Assert.Equal(archived.Size + waiting.Size, _rules.Archived("door"));
        Assert.True((await _rules.Archive.ReconcileAsync(repair: false, None)).IsClean);
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_index_of_a_newer_program_is_refused(string database)
    {
        await _rules.OpenAsync(database);
        await _rules.Archive.DisposeAsync();
        await ExecuteAsync(database, database == IndexDatabases.Sqlite ? "PRAGMA user_version = 99" : "UPDATE guardian_storage_schema SET version = 99");
        StorageException refused = Assert.Throws<StorageException>(() => new SealedArchive(_rules.Options, _rules.Store));
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_connection_string_that_does_not_work_is_refused_without_its_password()
    {
        await _rules.OpenAsync(IndexDatabases.Sqlite);
        await _rules.Archive.DisposeAsync();
        foreach (string connection in (string[])["Host=127.0.0.1;Port=1;Password=secret-word;Timeout=2", "Hoost=secret-word"])
        {
            _rules.Options.PostgresConnection = connection;
            StorageException refused = Assert.Throws<StorageException>(() => new SealedArchive(_rules.Options, _rules.Store));
            Assert.DoesNotContain("secret-word", refused.ToString(), StringComparison.Ordinal);
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _rules.DisposeAsync().AsTask();

    private async Task ExecuteAsync(string database, string sql)
    {
        await using System.Data.Common.DbConnection connection = database == IndexDatabases.Sqlite
            ? new SqliteConnection($"Data Source={_rules.IndexFile};Pooling=False")
            : new NpgsqlConnection(_rules.Options.PostgresConnection);
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
