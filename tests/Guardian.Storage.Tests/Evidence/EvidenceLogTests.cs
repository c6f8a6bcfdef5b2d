using Dapper;

namespace Guardian.Storage.Tests.Evidence;

public sealed class EvidenceLogTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact(Timeout = 60_000)]
    public async Task every_happening_is_in_the_log_once_and_proven()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        for (int i = 0; i < 30; i++)
        {
            EvidenceRecord record = Record(i);
            await f.QueueAsync(record, record);
            await f.QueueAsync(record);
        }

        EvidenceCheckpoint checkpoint = await f.Log.IntegrateAsync(None);

        // The first entry is the log's own key.
        Assert.Equal(31, checkpoint.Size);
        Assert.Equal(checkpoint.Note, (await f.Log.GetCheckpointAsync(None))!.Note);
        Assert.True(checkpoint.IsSignedBy((await f.Log.ListKeysAsync(None)).Single().Key));
        for (long i = 0; i < checkpoint.Size; i++)
        {
            EvidenceInclusion proof = (await f.Log.ProveInclusionAsync(i, null, None))!;
            Assert.True(MerkleProof.VerifyInclusion(proof.LeafHash.Span, i, checkpoint.Size, proof.Proof, checkpoint.Root.Span));
            EvidenceEntry entry = (await f.Log.GetEntryAsync(i, None))!;
            Assert.Equal(EvidenceLeaf.Commit(entry.Salt.Span, entry.Details!), entry.Leaf[10..].ToArray());
        }

        Assert.Null(await f.Log.GetEntryAsync(31, None));
        Assert.Null(await f.Log.ProveInclusionAsync(31, null, None));
        Assert.Null(await f.Log.ProveInclusionAsync(0, 32, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_log_only_grows_and_proves_it()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        var seen = new List<EvidenceCheckpoint> { await f.Log.IntegrateAsync(None) };
        for (int i = 0; i < 12; i++)
        {
            await f.QueueAsync(Record(2 * i), Record((2 * i) + 1));
            seen.Add(await f.Log.IntegrateAsync(None));
        }

        EvidenceCheckpoint last = seen[^1];
        foreach (EvidenceCheckpoint earlier in seen)
        {
            IReadOnlyList<ReadOnlyMemory<byte>> proof = (await f.Log.ProveConsistencyAsync(earlier.Size, last.Size, None))!;
            Assert.True(MerkleProof.VerifyConsistency(earlier.Size, earlier.Root.Span, last.Size, last.Root.Span, proof));
        }

        Assert.Null(await f.Log.ProveConsistencyAsync(last.Size, last.Size + 1, None));
        Assert.Null(await f.Log.ProveConsistencyAsync(5, 4, None));
    }

    [Fact(Timeout = 60_000)]
    public async Task nothing_new_signs_nothing_new_and_a_new_process_goes_on()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.QueueAsync(Record(1));
        EvidenceCheckpoint first = await f.Log.IntegrateAsync(None);
        f.Time.Advance(TimeSpan.FromHours(3));
        await f.ReopenAsync();
        Assert.Equal(first.Note, (await f.Log.IntegrateAsync(None)).Note);

        await f.QueueAsync(Record(2));
        EvidenceCheckpoint second = await f.Log.IntegrateAsync(None);
        Assert.Equal((first.Origin, first.Size + 1), (second.Origin, second.Size));
        Assert.Equal(f.Time.GetUtcNow(), second.At);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_access_counts_once_a_viewer_and_minute()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SealedObjectId clip = SealedObjectId.Clip(EvidenceFixture.EventId);
        for (int i = 0; i < 5; i++)
        {
            await f.Log.RecordAccessAsync(clip, "anna", null, None);
            await f.Log.RecordAccessAsync(clip, "anna", "link 7", None);
            await f.Log.RecordAccessAsync(clip, "ben", null, None);
        }

        f.Time.Advance(TimeSpan.FromMinutes(1));
        await f.Log.RecordAccessAsync(clip, "anna", null, None);
        await f.Log.IntegrateAsync(None);
        IReadOnlyList<EvidenceEntry> entries = await f.Log.ListForEventAsync(EvidenceFixture.EventId, None);
        Assert.Equal(4, entries.Count);
        Assert.All(entries, e => Assert.Equal(EvidenceKind.Access, e.Kind));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_erasure_takes_the_details_and_leaves_the_tree_whole()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SealedObjectInfo clip = await f.AddAsync("clip.mp4", 1000);
        SealedObjectInfo picture = await f.AddAsync("snapshot.jpg", 100);
        EvidenceCheckpoint before = await f.Log.IntegrateAsync(None);
        await f.QueueAsync(EvidenceKind.Erasure, "erased", clip);
        EvidenceCheckpoint after = await f.Log.IntegrateAsync(None);

        IReadOnlyList<EvidenceEntry> entries = await f.Log.ListForEventAsync(EvidenceFixture.EventId, None);
        Assert.Equal(7, entries.Count);
        Assert.All(entries.Take(3), e => Assert.True(e.Details is null && e.Salt.IsEmpty));
        Assert.All(entries.Skip(3).Take(3), e => Assert.Contains(picture.Id.Name, e.Details, StringComparison.Ordinal));
        Assert.Contains("\"entries\":\"1-3\"", entries[6].Details, StringComparison.Ordinal);
        Assert.DoesNotContain(EvidenceFixture.EventId.ToString(), entries[6].Details, StringComparison.Ordinal);
        Assert.DoesNotContain("front", entries[6].Details, StringComparison.Ordinal);
        IReadOnlyList<ReadOnlyMemory<byte>> proof = (await f.Log.ProveConsistencyAsync(before.Size, after.Size, None))!;
        Assert.True(MerkleProof.VerifyConsistency(before.Size, before.Root.Span, after.Size, after.Root.Span, proof));

        long left = await f.Database.ReadAsync(c => c.ExecuteScalar<long>("SELECT COUNT(*) FROM evidence_entries WHERE object_name = 'clip.mp4' AND kind <> 5 AND details IS NOT NULL"), None);
        Assert.Equal(0, left);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_new_key_is_endorsed_by_the_old_one_and_signs_from_then_on()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.QueueAsync(Record(1));
        EvidenceCheckpoint before = await f.Log.IntegrateAsync(None);
        EvidencePublicKey next = await f.Log.RotateKeyAsync(None);
        EvidenceCheckpoint after = (await f.Log.GetCheckpointAsync(None))!;
        IReadOnlyList<EvidenceKeyInfo> keys = await f.Log.ListKeysAsync(None);

        Assert.Equal(2, keys.Count);
        Assert.True(before.IsSignedBy(keys[0].Key));
        Assert.True(after.IsSignedBy(next) && !after.IsSignedBy(keys[0].Key));
        Assert.True(keys[1].IsEndorsedBy(keys[0].Key, f.Log.Origin));
        Assert.Equal(before.Size + 1, after.Size);
        await f.ReopenAsync();
        await f.QueueAsync(Record(2));
        Assert.True((await f.Log.IntegrateAsync(None)).IsSignedBy(next));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_rotation_that_was_cut_short_ends_at_the_next_start()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.Log.IntegrateAsync(None);
        string old = File.ReadAllText(f.FileOf("evidence/key.pem"));

        // Before the log knew of it: forgotten.
        using (EvidenceSigningKey unknown = EvidenceSigningKey.Generate())
        {
            unknown.Write(f.FileOf("evidence/key-next.pem"));
        }

        await f.ReopenAsync();
        Assert.Equal(old, File.ReadAllText(f.FileOf("evidence/key.pem")));
        Assert.False(File.Exists(f.FileOf("evidence/key-next.pem")));

        // After the log knew of it: finished.
        EvidencePublicKey next = await f.Log.RotateKeyAsync(None);
        File.Move(f.FileOf("evidence/key.pem"), f.FileOf("evidence/key-next.pem"));
        File.WriteAllText(f.FileOf("evidence/key.pem"), old);
        await f.ReopenAsync();
        await f.QueueAsync(Record(3));
        Assert.True((await f.Log.IntegrateAsync(None)).IsSignedBy(next));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_older_copy_of_the_database_is_not_signed_on()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.QueueAsync(Record(1));
        await f.Log.IntegrateAsync(None);
        await f.Database.WriteAsync(c => c.Execute("UPDATE evidence_state SET size = 1; UPDATE evidence_entries SET leaf_index = NULL WHERE leaf_index > 0; DELETE FROM evidence_tiles"), None);

        var refused = await Assert.ThrowsAsync<StorageException>(f.ReopenAsync);
        Assert.Contains("older copy", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_lost_or_foreign_key_is_said_at_the_start()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.Log.IntegrateAsync(None);
        File.Delete(f.FileOf("evidence/key.pem"));
        Assert.Contains("no key.pem", (await Assert.ThrowsAsync<StorageException>(f.ReopenAsync)).Message, StringComparison.Ordinal);
        using (EvidenceSigningKey other = EvidenceSigningKey.Generate())
        {
            other.Write(f.FileOf("evidence/key.pem"));
        }

        Assert.Contains("the newest of", (await Assert.ThrowsAsync<StorageException>(f.ReopenAsync)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_batch_that_fails_half_way_leaves_no_gap_and_nothing_twice()
    {
        var time = new FailingTime();
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync(time);
        var random = new Random(5);
        int queued = 0;
        for (int round = 0; round < 40; round++)
        {
            for (int n = random.Next(1, 12); n > 0; n--)
            {
                await f.QueueAsync(Record(queued++));
            }

            // The clock is asked when a batch signs, after its rows and tiles are written.
            time.FailsAfter = random.Next(3);
            try
            {
                await f.Log.IntegrateAsync(None);
            }
            catch (TimeoutException)
            {
                await f.ReopenAsync();
            }
        }

        time.FailsAfter = int.MaxValue;
        EvidenceCheckpoint checkpoint = await f.Log.IntegrateAsync(None);
        Assert.Equal(queued + 1, checkpoint.Size);
        long[] indices = [.. await f.Database.ReadAsync(c => c.Query<long>("SELECT leaf_index FROM evidence_entries ORDER BY leaf_index").ToList(), None)];
        Assert.Equal(Enumerable.Range(0, queued + 1).Select(i => (long)i), indices);
    }

    [Fact(Timeout = 60_000)]
    public async Task checkpoints_are_copied_to_the_second_folder()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.QueueAsync(Record(1));
        EvidenceCheckpoint checkpoint = await f.Log.IntegrateAsync(None);
        string file = Assert.Single(Directory.GetFiles(f.FileOf("published"), "*", SearchOption.AllDirectories));

        Assert.EndsWith($"{checkpoint.Origin[^16..]}/00000000000000000002.checkpoint", file, StringComparison.Ordinal);
        Assert.Equal(checkpoint.Note, File.ReadAllText(file));
    }

    [Theory]
    [InlineData(new long[] { }, "")]
    [InlineData(new long[] { 3 }, "3")]
    [InlineData(new long[] { 3, 4, 5, 9, 11, 12 }, "3-5,9,11-12")]
    public void places_are_written_as_ranges(long[] indices, string text)
    {
        Assert.Equal(text, IndexRanges.Write(indices));
        Assert.Equal(indices, Enumerable.Range(0, 20).Select(i => (long)i).Where(i => IndexRanges.Parse(text).Contains(i)));
    }

    private static EvidenceRecord Record(int i) => new(
        EvidenceKind.Retention, DateTimeOffset.UnixEpoch.AddSeconds(i), EvidenceFixture.EventId, null, FormattableString.Invariant($"test {i}"), new Dictionary<string, string> { ["decision"] = "hold_set" });

    private sealed class FailingTime : TimeProvider
    {
        public int FailsAfter { get; set; } = int.MaxValue;

        public override DateTimeOffset GetUtcNow() => FailsAfter-- > 0 ? DateTimeOffset.UnixEpoch.AddDays(1) : throw new TimeoutException("the test's clock failed");
    }
}
