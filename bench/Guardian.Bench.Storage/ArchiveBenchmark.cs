using System.Diagnostics;
using System.Security.Cryptography;
using Guardian.Storage;

namespace Guardian.Bench.Storage;

/// <summary>
/// The outbox, from acknowledged clips in the spool to objects in the store with their rows, against rclone copying the same files to the same server: as many files and
/// parts at a time, parts of the same size. The order changes each round.
/// </summary>
internal static class ArchiveBenchmark
{
    private const int Clips = 12, ClipBytes = 40 << 20, Parallelism = 4, Rounds = 5;

    public static async Task RunAsync(S3Server server, string folder)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "rclone"))))
        {
            Console.WriteLine("archive  skipped: rclone is not installed");
            return;
        }

        using RecipientPrivateKey key = RecipientPrivateKey.Generate();
        string source = Path.Combine(folder, "clips");
        Directory.CreateDirectory(source);
        for (int i = 0; i < Clips; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(source, $"{i}.mp4"), await new Sealer(key.PublicKey).SealAsync(RandomNumberGenerator.GetBytes(ClipBytes), "video/mp4"));
        }

        // One to warm up.
        await GuardianAsync(server, Path.Combine(folder, "warm"), source);
        var rounds = new List<(double Guardian, double Rclone)>();
        for (int i = 0; i < Rounds; i++)
        {
            double rclone = 0, guardian;
            if (i % 2 == 0)
            {
                rclone = await RcloneAsync(server, source, i);
            }

            guardian = await GuardianAsync(server, Path.Combine(folder, $"data-{i}"), source);
            if (i % 2 != 0)
            {
                rclone = await RcloneAsync(server, source, i);
            }

            rounds.Add((guardian, rclone));
        }

        (double g, double r) = rounds.OrderBy(x => x.Guardian / x.Rclone).ElementAt(Rounds / 2);
        Console.WriteLine($"archive  {Clips} clips of {ClipBytes >> 20} MiB to radosgw: {g:0} MB/s; rclone {r:0} MB/s; ratio {g / r:0.00} ({string.Join(' ', rounds.Select(x => $"{x.Guardian / x.Rclone:0.00}"))})");
    }

    private static async Task<double> GuardianAsync(S3Server server, string data, string source)
    {
        using var store = new S3ArchiveStore(new S3ArchiveOptions { Endpoint = server.Endpoint, CredentialsFile = server.CredentialsFile, PartParallelism = Parallelism });
        await using var archive = new SealedArchive(new SealedArchiveOptions { Directory = data, ArchiveParallelism = Parallelism }, store);
        await archive.RecoverAsync(default);
        long bytes = 0;
        foreach (string file in Directory.GetFiles(source))
        {
            byte[] clip = await File.ReadAllBytesAsync(file);
            await archive.StoreAsync(SealedObjectId.Clip(Guid.NewGuid()), "bench", clip, default);
            bytes += clip.Length;
        }

        var watch = Stopwatch.StartNew();
        int archived = await archive.ArchiveDueAsync(default);
        double seconds = watch.Elapsed.TotalSeconds;
        if (archived != Clips)
        {
            throw new InvalidOperationException($"{archived} of {Clips} clips were archived");
        }

        await foreach (ArchivedObject old in store.ListAsync(BucketName.ForCamera("bench"), "", default))
        {
            await store.DeleteAsync(BucketName.ForCamera("bench"), old.Key, default);
        }

        return bytes / 1e6 / seconds;
    }

    private static async Task<double> RcloneAsync(S3Server server, string source, int round)
    {
        string[] common =
        [
            "--config", "/dev/null", "--s3-provider", "Ceph", "--s3-endpoint", server.Endpoint, "--s3-env-auth", "--s3-chunk-size", "16M", "--s3-upload-cutoff", "16M",
            "--s3-upload-concurrency", $"{Parallelism}", "--transfers", $"{Parallelism}",
        ];
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", server.CredentialsFile);
        string target = $":s3:rclone-{round}";
        await S3Server.RunAsync("rclone", ["mkdir", target, .. common]);
        long bytes = Directory.GetFiles(source).Sum(f => new FileInfo(f).Length);
        var watch = Stopwatch.StartNew();
        await S3Server.RunAsync("rclone", ["copy", source, target, .. common]);
        double seconds = watch.Elapsed.TotalSeconds;
        await S3Server.RunAsync("rclone", ["purge", target, .. common]);
        return bytes / 1e6 / seconds;
    }
}
