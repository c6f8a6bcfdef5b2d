using Guardian.Storage.Tests.Index;
using Guardian.Testing;
using static Guardian.Storage.Tests.Index.ArchiveRules;

namespace Guardian.Storage.Tests.Evidence;

/// <summary>The log as an archive keeps it, in both databases.</summary>
[Collection(PostgresTests.Name)]
public sealed class ArchiveEvidenceTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly ArchiveRules _rules = new(postgres);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _rules.DisposeAsync();

    [Theory(Timeout = 120_000), ClassData(typeof(IndexDatabases))]
    public async Task an_event_is_proven_while_it_is_there_and_after_it_is_gone(string database)
    {
        await _rules.OpenAsync(database);
        Guid id = Guid.NewGuid();
        SealedObjectInfo clip = await _rules.ArchiveAsync("yard", 100_000, id);
        await _rules.StoreAsync("yard", 500, id, "metadata.json");
        EvidenceLog log = _rules.Archive.Evidence;
        await log.RecordAccessAsync(clip.Id, "anna", null, None);
        EvidencePublicKey first = (await log.ListKeysAsync(None))[0].Key;
        await log.RotateKeyAsync(None);

        using var export = new MemoryStream();
        Assert.True(await EvidenceExport.WriteAsync(log, _rules.Archive, id, "ben", export, None));
        export.Position = 0;
        EvidenceReport report = await EvidenceVerifier.VerifyAsync(export, new EvidenceTrust { Keys = { first } }, None);
        Assert.Null(report.Problem);
        Assert.Equal([EvidenceKind.Acceptance, EvidenceKind.Archive, EvidenceKind.Acceptance, EvidenceKind.Access], report.Entries.Select(e => e.Kind));
        Assert.False(await EvidenceExport.WriteAsync(log, _rules.Archive, Guid.NewGuid(), "ben", export, None));

        Assert.NotNull(await _rules.Archive.GetForReadingAsync(clip.Id, None));
        await _rules.Archive.Register.EraseEventAsync(id, "asked for", "operator", None);
        Assert.Equal(SealedObjectStatus.Deleting, (await _rules.Archive.GetForReadingAsync(clip.Id, None))!.Status);
        using var marked = new MemoryStream();
        Assert.True(await EvidenceExport.WriteAsync(log, _rules.Archive, id, "ben", marked, None));
        marked.Position = 0;
        report = await EvidenceVerifier.VerifyAsync(marked, new EvidenceTrust { Keys = { first } }, None);
        Assert.Null(report.Problem);
        Assert.Equal([("clip.mp4", "deleting"), ("metadata.json", "deleting")], report.Absent);
        await _rules.Archive.DeleteDueAsync(None);
        byte[] receipt = (await EvidenceExport.ReceiptAsync(log, id, None))!;
        report = await EvidenceVerifier.VerifyAsync(new MemoryStream(receipt), new EvidenceTrust { Keys = { first } }, None);
        Assert.Null(report.Problem);
        Assert.Equal(2, report.Entries.Count(e => e.Kind == EvidenceKind.Erasure));
        Assert.All(report.Entries, e => Assert.Equal(e.Kind == EvidenceKind.Erasure, e.Details is not null));
        Assert.DoesNotContain("yard", System.Text.Encoding.UTF8.GetString(receipt), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000), ClassData(typeof(IndexDatabases))]
    public async Task several_sequencers_at_once_leave_no_gap_and_nothing_twice(string database)
    {
        await _rules.OpenAsync(database, o => o.Evidence.BatchSize = 5);
        await using EvidenceLog beside = await EvidenceLog.OpenAsync(_rules.Options, _rules.Time, None);
        EvidenceLog[] logs = [_rules.Archive.Evidence, beside];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            for (int i = 0; i < 25; i++)
            {
                var record = new EvidenceRecord(EvidenceKind.Access, _rules.Time.GetUtcNow(), null, null, FormattableString.Invariant($"{n / 2} {i}"), new Dictionary<string, string>());
                await logs[n % 2].RecordAsync(record, None);
                await logs[n % 2].IntegrateAsync(None);
            }
        })));

        // Every record was made twice, by two writers; the first entry is the key.
        EvidenceCheckpoint checkpoint = await beside.IntegrateAsync(None);
        Assert.Equal(101, checkpoint.Size);
        for (long i = 0; i < checkpoint.Size; i++)
        {
            EvidenceInclusion proof = (await beside.ProveInclusionAsync(i, null, None))!;
            Assert.True(MerkleProof.VerifyInclusion(proof.LeafHash.Span, i, checkpoint.Size, proof.Proof, checkpoint.Root.Span));
        }
    }

    [Theory(Timeout = 120_000), ClassData(typeof(IndexDatabases))]
    public async Task a_node_without_the_key_queues_and_the_one_with_it_signs(string database)
    {
        await _rules.OpenAsync(database);
        var second = new SealedArchiveOptions { Directory = _rules.Options.Directory, PostgresConnection = _rules.Options.PostgresConnection };
        second.Evidence.Directory = Path.Combine(_rules.Options.Directory, "another-nodes-key");
        await using EvidenceLog follower = await EvidenceLog.OpenAsync(second, _rules.Time, None);
        Assert.False(follower.IsSigner);
        await _rules.Archive.Evidence.IntegrateAsync(None);
        await follower.RecordAccessAsync(SealedObjectId.Clip(Guid.NewGuid()), "anna", null, None);
        Assert.Equal(1, (await follower.IntegrateAsync(None)).Size);
        Assert.Equal(2, (await _rules.Archive.Evidence.IntegrateAsync(None)).Size);

        // What is queued of an event belongs into its statement, so there is none yet.
        Guid id = Guid.NewGuid();
        await _rules.StoreAsync("yard", 100, id);
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => EvidenceExport.ReceiptAsync(follower, id, None))).IsTransient);
        await _rules.Archive.Evidence.IntegrateAsync(None);
        Assert.NotNull(await EvidenceExport.ReceiptAsync(follower, id, None));
        await Assert.ThrowsAsync<StorageException>(() => follower.RotateKeyAsync(None));
    }
}
