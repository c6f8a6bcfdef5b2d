using System.Diagnostics;
using System.Globalization;
using Dapper;
using Guardian.Testing;

namespace Guardian.Storage.Tests.Evidence;

/// <summary>What must not stop the log, and what must.</summary>
public sealed class EvidenceEnduranceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact(Timeout = 120_000)]
    public async Task an_erasure_of_very_many_entries_has_several_and_none_is_too_long()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync(batchSize: 65_536);
        SealedObjectInfo clip = await f.AddAsync("clip.mp4", 100);
        SealedObjectId other = SealedObjectId.Clip(Guid.NewGuid());
        var details = new Dictionary<string, string> { ["viewer"] = "anna" };

        // Every second entry is about something else, so that no two places join to a range.
        await f.QueueAsync([.. Enumerable.Range(0, 10_500).SelectMany(i => new[] { clip.Id, other }.Select(
            id => new EvidenceRecord(EvidenceKind.Access, f.Time.GetUtcNow(), id.EventId, id.Name, i.ToString(CultureInfo.InvariantCulture), details)))]);
        await f.QueueAsync(EvidenceKind.Erasure, "erased", clip);
        await f.QueueAsync(EvidenceKind.Acceptance, "accepted again", clip);
        EvidenceCheckpoint checkpoint = await f.Log.IntegrateAsync(None);

        IReadOnlyList<EvidenceEntry> entries = await f.Log.ListForEventAsync(EvidenceFixture.EventId, None);
        EvidenceEntry[] erasures = [.. entries.Where(e => e.Kind == EvidenceKind.Erasure)];
        Assert.Equal(2, erasures.Length);
        Assert.All(erasures, e => Assert.InRange(e.Details!.Length, 1, 200_000));
        Assert.Equal(entries.Count - 3, entries.Count(e => e.Details is null));
        Assert.Equal(checkpoint.Size - 1, entries[^1].Index);
        Assert.NotNull(entries[^1].Details);

        byte[] receipt = (await EvidenceExport.ReceiptAsync(f.Log, EvidenceFixture.EventId, None))!;
        Assert.Null((await EvidenceVerifier.VerifyAsync(new MemoryStream(receipt), new EvidenceTrust(), None)).Problem);
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_about_the_whole_event_goes_with_its_last_object_and_nothing_is_told_afterwards()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SealedObjectInfo clip = await f.AddAsync("clip.mp4", 100);
        SealedObjectInfo picture = await f.AddAsync("snapshot.jpg", 100);
        await f.QueueAsync(Hold("hold placed"));
        await f.QueueAsync(EvidenceKind.Erasure, "erased", clip);
        await f.Log.IntegrateAsync(None);
        Assert.Contains(await f.Log.ListForEventAsync(EvidenceFixture.EventId, None), e => e.Details?.Contains("mallory", StringComparison.Ordinal) == true);

        // An access that was on its way when the object went, and a hold that came late.
        await f.Log.RecordAccessAsync(clip.Id, "carol", null, None);
        await f.QueueAsync(EvidenceKind.Erasure, "erased", picture);
        await f.QueueAsync(Hold("hold lifted"));
        await f.Log.RecordAccessAsync(picture.Id, "carol", "link 9", None);
        byte[] receipt = (await EvidenceExport.ReceiptAsync(f.Log, EvidenceFixture.EventId, None))!;
        EvidenceReport report = await EvidenceVerifier.VerifyAsync(new MemoryStream(receipt), new EvidenceTrust(), None);
        Assert.Null(report.Problem);
        Assert.Equal(12, report.Entries.Count);
        foreach (string? details in report.Entries.Select(e => e.Details).Where(d => d is not null))
        {
            Assert.All(["carol", "mallory", "anna", "front", "link 9", EvidenceFixture.EventId.ToString()], word => Assert.DoesNotContain(word, details, StringComparison.Ordinal));
            Assert.Contains(EvidenceQueue.Subject(EvidenceFixture.EventId), details, StringComparison.Ordinal);
        }

        // The same object comes again: what is said of it then is said in full.
        f.Time.Advance(TimeSpan.FromMinutes(2));
        await f.AddAsync("clip.mp4", 200);
        await f.Log.IntegrateAsync(None);
        Assert.All((await f.Log.ListForEventAsync(EvidenceFixture.EventId, None)).TakeLast(3), e => Assert.Contains(EvidenceFixture.EventId.ToString(), e.Details, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task any_failure_is_got_over()
    {
        var time = new BrokenTime();
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync(time);
        time.IsBroken = true;
        using var ended = new CancellationTokenSource();
        Task running = f.Log.RunAsync(ended.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(time.Asked > 0), "a failure");
        Assert.False(running.IsCompleted);
        time.IsBroken = false;
        await Eventually.IsTrueAsync(async () => await f.Log.GetCheckpointAsync(None) is { Size: 1 }, "the checkpoint");
        await ended.CancelAsync();
        await running;
    }

    [Fact(Timeout = 60_000)]
    public async Task a_database_that_falls_behind_while_the_log_runs_is_not_signed_on()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.AddAsync("clip.mp4", 100);
        EvidenceCheckpoint before = await f.Log.IntegrateAsync(None);
        string published = Assert.Single(Directory.GetFiles(f.FileOf("published"), "*", SearchOption.AllDirectories));

        // As a replica that had not got the last batch when it took over.
        await f.Database.WriteAsync(
            c => c.Execute("UPDATE evidence_state SET size = 0; UPDATE evidence_entries SET leaf_index = NULL; DELETE FROM evidence_tiles; DELETE FROM evidence_checkpoints"), None);
        Assert.Contains("older copy", (await Assert.ThrowsAsync<StorageException>(() => f.Log.IntegrateAsync(None))).Message, StringComparison.Ordinal);
        Assert.Equal(before.Note, await File.ReadAllTextAsync(published));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_published_checkpoint_of_another_root_is_not_replaced()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        EvidenceCheckpoint first = await f.Log.IntegrateAsync(None);
        using EvidenceSigningKey key = EvidenceSigningKey.Read(f.FileOf("evidence/key.pem"));
        string other = EvidenceCheckpoint.Sign(first.Origin, 2, new byte[32], first.At, key).Note;
        string file = Path.Combine(f.FileOf("published"), first.Origin[^16..], "00000000000000000002.checkpoint");
        await File.WriteAllTextAsync(file, other);
        await f.QueueAsync(Hold("hold placed"));
        await f.Log.IntegrateAsync(None);
        Assert.Equal(other, await File.ReadAllTextAsync(file));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_old_key_signs_nothing_behind_its_successors_entry()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.Log.IntegrateAsync(None);
        string old = await File.ReadAllTextAsync(f.FileOf("evidence/key.pem"));
        EvidencePublicKey next = await f.Log.RotateKeyAsync(None);

        // The process that rotated was killed before it changed the keys; the node goes on, with the new one.
        File.Move(f.FileOf("evidence/key.pem"), f.FileOf("evidence/key-next.pem"));
        await File.WriteAllTextAsync(f.FileOf("evidence/key.pem"), old);
        await f.QueueAsync(Hold("hold placed"));
        Assert.True((await f.Log.IntegrateAsync(None)).IsSignedBy(next));

        // Without the new one it does not go on.
        await File.WriteAllTextAsync(f.FileOf("evidence/key.pem"), old);
        await f.QueueAsync(Hold("hold lifted"));
        Assert.Contains("the newest of", (await Assert.ThrowsAsync<StorageException>(() => f.Log.IntegrateAsync(None))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_older_than_the_log_is_adopted_at_its_start()
    {
        SealedObjectInfo? old = null;
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync(before: async fixture =>
        {
            old = await fixture.AddBytesAsync("clip.mp4", 1000);
            await fixture.Database.WriteAsync(
                c => c.Execute(
                    """
                    INSERT INTO objects (event_id, name, camera_id, status, size, sha256, content_type, created_at, updated_at, archived_at, bucket)
                    VALUES (@EventId, @Name, @CameraId, 4, @Size, @Sha256, 'video/mp4', 0, 0, 1, @Bucket)
                    """,
                    new { EventId = old.Id.EventId.ToString(), old.Id.Name, old.CameraId, old.Size, Sha256 = old.Sha256.ToArray(), Bucket = old.Bucket.ToString() }),
                None);
        });
        EvidenceReport report = await EvidenceVerifier.VerifyAsync(new MemoryStream(await f.ExportAsync()), new EvidenceTrust(), None);
        Assert.Null(report.Problem);
        Assert.Contains("adopted", Assert.Single(report.Entries).Details, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task files_that_root_writes_are_the_folders_owners()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        Assert.Equal("", await RunAsync("chown", "-R", "1234:2345", f.FileOf("evidence")));
        await f.Log.RotateKeyAsync(None);
        Assert.Equal("1234:2345\n1234:2345\n", await RunAsync("stat", "-c", "%u:%g", f.FileOf("evidence/key.pem"), f.FileOf("evidence/checkpoint")));
    }

    private static EvidenceRecord Hold(string what) => new(
        EvidenceKind.Retention, DateTimeOffset.UnixEpoch, EvidenceFixture.EventId, null, what, new Dictionary<string, string> { ["what"] = what, ["actor"] = "mallory", ["reason"] = "a case" });

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    private sealed class BrokenTime : TimeProvider
    {
        private int _asked;

        public bool IsBroken { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public override DateTimeOffset GetUtcNow()
        {
            if (!IsBroken)
            {
                return DateTimeOffset.UnixEpoch.AddDays(1);
            }

            Interlocked.Increment(ref _asked);
            throw new InvalidOperationException("the test's clock failed");
        }
    }
}
