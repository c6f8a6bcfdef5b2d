using System.Globalization;
using System.Security.Cryptography;
using Guardian.Storage;

namespace Guardian.Bench.Storage;

/// <summary>
/// Memory while 64 clips come in and are archived, and 64 go out, at once.
/// </summary>
internal static class MemoryBenchmark
{
    private const int Clips = 64, Write = 64 << 10;

    public static async Task RunAsync(S3Server server, string folder, int megabytes)
    {
        using RecipientPrivateKey key = RecipientPrivateKey.Generate();
        string clip = Path.Combine(folder, "clip");
        await SealAsync(key, clip, megabytes * 1_000_000L);
        using var store = new S3ArchiveStore(new S3ArchiveOptions { Endpoint = server.Endpoint, CredentialsFile = server.CredentialsFile });
        await using var archive = new SealedArchive(
            new SealedArchiveOptions { Directory = Path.Combine(folder, "memory"), MaxConcurrentUploads = Clips, MaxSpoolBytes = 100L << 30 }, store);
        await archive.RecoverAsync(default);

        Guid[] first = [.. Enumerable.Range(0, Clips).Select(_ => Guid.NewGuid())], second = [.. Enumerable.Range(0, Clips).Select(_ => Guid.NewGuid())];
        await Task.WhenAll(first.Select(id => Task.Run(() => TakeAsync(archive, id, clip))));
        await archive.ArchiveDueAsync(default);

        GC.Collect();
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        double before = Peak();
        using var stop = new CancellationTokenSource();
        Task archiving = archive.RunAsync(stop.Token);
        await Task.WhenAll([.. second.Select(id => Task.Run(() => TakeAsync(archive, id, clip))), .. first.Select(id => Task.Run(() => ReadAsync(archive, id)))]);
        await stop.CancelAsync();
        await archiving.ContinueWith(static _ => { }, TaskScheduler.Default);
        await archive.ArchiveDueAsync(default);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory   {Clips} clips of {megabytes} MB in and {Clips} out at once: {Peak():0} MB resident at the most, {before:0} MB before"));
    }

    /// <summary>The highest resident set since it was last reset, in MB.</summary>
    private static double Peak() => double.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;

    private static async Task SealAsync(RecipientPrivateKey key, string file, long bytes)
    {
        string plain = file + ".plain";
        byte[] block = RandomNumberGenerator.GetBytes(1_000_000);
        await using (FileStream output = File.Create(plain))
        {
            for (long at = 0; at < bytes; at += block.Length)
            {
                await output.WriteAsync(block);
            }
        }

        await using FileStream input = File.OpenRead(plain), sealedFile = File.Create(file);
        await new Sealer(key.PublicKey).SealAsync(input, sealedFile, "video/mp4");
        File.Delete(plain);
    }

    private static async Task TakeAsync(SealedArchive archive, Guid id, string clip)
    {
        await using FileStream input = File.OpenRead(clip);
        UploadStart start = await archive.BeginUploadAsync(SealedObjectId.Clip(id), $"camera-{id.ToByteArray()[0] % 8}", 0, input.Length, default);
        await using SealedUpload upload = start.Upload ?? throw new InvalidOperationException(start.Refusal!.Message);
        byte[] buffer = new byte[Write];
        int count;
        while ((count = await input.ReadAsync(buffer)) > 0)
        {
            if (await upload.WriteAsync(buffer.AsMemory(0, count), default) is { } refusal)
            {
                throw new InvalidOperationException(refusal.Message);
            }
        }

        _ = (await upload.CompleteAsync(default)).Stored ?? throw new InvalidOperationException("not stored");
    }

    private static async Task ReadAsync(SealedArchive archive, Guid id)
    {
        await using ArchiveRead read = (await archive.OpenReadAsync(SealedObjectId.Clip(id), null, default))!;
        await read.Content.CopyToAsync(Stream.Null);
    }
}
