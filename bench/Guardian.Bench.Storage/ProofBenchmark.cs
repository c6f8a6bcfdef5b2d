using System.Diagnostics;
using Guardian.Storage;

namespace Guardian.Bench.Storage;

/// <summary>Inclusion and consistency proofs out of a log of a million entries: made from its tiles in SQLite, and verified.</summary>
internal static class ProofBenchmark
{
    private const int Entries = 1_000_000, Batch = 20_000, Proofs = 2000;

    public static async Task RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var database = new SqliteStorageDatabase(Path.Combine(folder, "log.db"));
        await using EvidenceLog log = await EvidenceLog.OpenAsync(database, new EvidenceOptions { Directory = Path.Combine(folder, "evidence"), BatchSize = Batch });
        var details = new Dictionary<string, string> { ["viewer"] = "bench" };
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < Entries; i += Batch)
        {
            int first = i;
            await database.WriteAsync(
                c =>
                {
                    for (int n = first; n < first + Batch; n++)
                    {
                        EvidenceQueue.Append(c, new EvidenceRecord(EvidenceKind.Access, DateTimeOffset.UnixEpoch, null, null, $"{n}", details));
                    }
                },
                CancellationToken.None);
            await log.IntegrateAsync(CancellationToken.None);
        }

        double rate = Entries / watch.Elapsed.TotalSeconds;
        EvidenceCheckpoint checkpoint = (await log.GetCheckpointAsync(CancellationToken.None))!;
        var random = new Random(1);
        List<double> made = [], verified = [], consistent = [];
        for (int i = 0; i < Proofs; i++)
        {
            watch.Restart();
            EvidenceInclusion proof = (await log.ProveInclusionAsync(random.NextInt64(checkpoint.Size), null, CancellationToken.None))!;
            made.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            bool holds = MerkleProof.VerifyInclusion(proof.LeafHash.Span, proof.Index, proof.Size, proof.Proof, checkpoint.Root.Span);
            verified.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            await log.ProveConsistencyAsync(random.NextInt64(1, checkpoint.Size), checkpoint.Size, CancellationToken.None);
            consistent.Add(watch.Elapsed.TotalMilliseconds);
            if (!holds)
            {
                throw new InvalidOperationException("a proof does not verify");
            }
        }

        Console.WriteLine($"evidence log         {rate,9:0} entries/s queued, salted, hashed, signed and durable, in batches of {Batch}");
        Console.WriteLine($"evidence proofs      {P(made, 50),9:0.00} ms p50, {P(made, 99):0.00} ms p99 for an inclusion proof in {checkpoint.Size} entries; {P(verified, 50):0.000} ms to verify; consistency {P(consistent, 50):0.00} ms p50, {P(consistent, 99):0.00} ms p99");
    }

    private static double P(List<double> values, int percentile) => values.Order().ElementAt(values.Count * percentile / 100);
}
