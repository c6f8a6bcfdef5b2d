using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.Storage.Tests;

/// <summary>What was acknowledged reaches the store whole and once, however often the process, the store and the line between them fail.</summary>
[Collection(S3Tests.Name)]
public sealed class StoreKillTests(RadosGateway server, ITestOutputHelper output) : IDisposable
{
    private const int Lanes = 2, KillsPerLane = 100;

    /// <summary>Bytes of the clips: the large one goes in three parts.</summary>
    private static readonly int[] ClipBytes = [500, 20_000, 60_000, 65_536, 150_000, 300_000, 1_500_000, 11 << 20];

    private readonly TemporaryFolder _folder = new();

    [Fact(Timeout = 1_200_000)]
    public async Task nothing_acknowledged_is_lost_over_two_hundred_kills_and_a_failing_store()
    {
        server.Require();
        byte[][] hashes = await WriteClipsAsync();
        Lane[] lanes = [.. Enumerable.Range(0, Lanes).Select(i => new Lane(i, _folder.File($"data-{i}"), new FaultyLine(server.Endpoint)))];
        try
        {
            await Task.WhenAll(lanes.Select(KillAsync));
            await Task.WhenAll(lanes.Select(l => LiveAsync(l, "drain", kill: null, afterFirst: false)));
            foreach (Lane lane in lanes)
            {
                await CheckAsync(lane, hashes);
            }

            await CheckStoreAsync(lanes);
        }
        finally
        {
            foreach (Lane lane in lanes)
            {
                await lane.Line.DisposeAsync();
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task<byte[][]> WriteClipsAsync()
    {
        Directory.CreateDirectory(_folder.File("clips"));
        var hashes = new List<byte[]>();
        foreach (int bytes in ClipBytes)
        {
            byte[] clip = await Sample.SealAsync(Sample.Bytes(bytes));
            await File.WriteAllBytesAsync(_folder.File($"clips/{hashes.Count}"), clip);
            hashes.Add(SHA256.HashData(clip));
        }

        return [.. hashes];
    }

    private async Task KillAsync(Lane lane)
    {
        var random = new Random(lane.Number);
        for (int i = 0; i < KillsPerLane; i++)
        {
            // Each fault lasts several lives. The server is the first lane's to break, its own line each lane's.
            switch (i % 25)
            {
                case 3:
                    lane.Line.Cut();
                    break;
                case 6:
                    lane.Line.Mend();
                    break;
                case 8:
                    lane.Line.Stall();
                    break;
                case 11:
                    lane.Line.Flow();
                    break;
                case 13 when lane.Number == 0:
                    await server.KillAsync();
                    break;
                case 16 when lane.Number == 0:
                    await server.StartAsync();
                    break;
                case 18 when lane.Number == 0:
                    server.Pause();
                    break;
                case 21 when lane.Number == 0:
                    server.Resume();
                    break;
            }

            await LiveAsync(lane, "take", TimeSpan.FromMilliseconds(random.Next(450)), afterFirst: i % 3 != 0);
        }
    }

    /// <summary>One life of the node: killed so long after it is ready, or has acknowledged its first clip, or ended by itself.</summary>
    private async Task LiveAsync(Lane lane, string word, TimeSpan? kill, bool afterFirst)
    {
        string program = typeof(StoreKillTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Victim").Value!;
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, lane.Data, _folder.File("clips"), lane.Line.Endpoint, server.CredentialsFile, word])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        bool drained = false;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                // With a full spool it may acknowledge nothing in this life.
                KillAfter(process, afterFirst ? kill + TimeSpan.FromSeconds(3) : kill);
            }
            else if (line == "drained")
            {
                drained = true;
            }
            else if (line.Split(' ') is [var id, var camera, "taken"])
            {
                lane.Acknowledged[Guid.Parse(id)] = camera;
                KillAfter(process, kill);
            }
        }

        await process.WaitForExitAsync();
        Assert.True(kill is null ? drained && process.ExitCode == 0 : process.ExitCode == 137, $"exit {process.ExitCode}: {await errors}");
    }

    /// <summary>Not a wait for anything: the moment of the kill is what is random.</summary>
    private static void KillAfter(Process process, TimeSpan? wait)
    {
        if (wait is { } after)
        {
            _ = Task.Delay(after).ContinueWith(
                _ =>
                {
                    try
                    {
                        process.Kill();
                    }
                    catch (InvalidOperationException)
                    {
                        // Another kill was earlier.
                    }
                },
                TaskScheduler.Default);
        }
    }

    private async Task CheckAsync(Lane lane, byte[][] hashes)
    {
        using S3ArchiveStore store = OpenStore();
        await using var archive = new SealedArchive(new SealedArchiveOptions { Directory = lane.Data }, store);
        await archive.RecoverAsync(default);
        await archive.Evidence.IntegrateAsync(default);
        Assert.True(lane.Acknowledged.Count > KillsPerLane / 2, $"only {lane.Acknowledged.Count} clips were acknowledged");
        output.WriteLine($"{lane.Acknowledged.Count} clips acknowledged over {KillsPerLane} kills");
        foreach ((Guid id, string camera) in lane.Acknowledged)
        {
            SealedObjectInfo info = Assert.Single(await archive.ListForEventAsync(id, default));
            byte[] hash = hashes[id.ToByteArray()[^1]];
            Assert.Equal((SealedObjectStatus.Completed, camera), (info.Status, info.CameraId));
            Assert.Equal(hash, info.Sha256.ToArray());
            Assert.Equal(hash, await store.HashAsync(info.Bucket, info.Key, default));
            Assert.Equal([EvidenceKind.Acceptance, EvidenceKind.Archive], (await archive.Evidence.ListForEventAsync(id, default)).Select(e => e.Kind));
        }

        // The log has no gap.
        EvidenceCheckpoint checkpoint = (await archive.Evidence.GetCheckpointAsync(default))!;
        for (long index = 0; index < checkpoint.Size; index += Math.Max(1, checkpoint.Size / 50))
        {
            Assert.NotNull(await archive.Evidence.GetEntryAsync(index, default));
        }

        Assert.NotNull(await archive.Evidence.GetEntryAsync(checkpoint.Size - 1, default));
        Assert.Null(await archive.Evidence.GetEntryAsync(checkpoint.Size, default));

        // What was accepted without the answer getting out may be there too; nothing else is.
        Assert.Empty(Directory.GetFiles(Path.Combine(lane.Data, "spool")));
        Assert.Empty((await archive.Register.QueryAsync(new IndexQuery { Status = SealedObjectStatus.Failed }, default)).Objects);
    }

    private async Task CheckStoreAsync(Lane[] lanes)
    {
        var used = new Dictionary<string, BucketUsage>();
        using S3ArchiveStore store = OpenStore();
        foreach (Lane lane in lanes)
        {
            await using var archive = new SealedArchive(new SealedArchiveOptions { Directory = lane.Data }, store);
            foreach (CameraUsage camera in (await archive.Register.GetUsageAsync(default)).Where(u => u.CameraId is not null))
            {
                BucketUsage before = used.GetValueOrDefault(camera.CameraId!);
                used[camera.CameraId!] = new BucketUsage(before.Objects + camera.Objects, before.Bytes + camera.Bytes);
            }
        }

        using AmazonS3Client raw = S3Connection.Open(new S3ArchiveOptions { Endpoint = server.Endpoint, CredentialsFile = server.CredentialsFile });
        foreach ((string camera, BucketUsage usage) in used)
        {
            BucketName bucket = BucketName.ForCamera(camera);
            Assert.Equal(await store.GetUsageAsync(bucket, default), usage);
            Assert.Empty((await raw.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket.ToString() })).MultipartUploads ?? []);
        }
    }

    private S3ArchiveStore OpenStore() => new(new S3ArchiveOptions { Endpoint = server.Endpoint, CredentialsFile = server.CredentialsFile });

    private sealed record Lane(int Number, string Data, FaultyLine Line)
    {
        public ConcurrentDictionary<Guid, string> Acknowledged { get; } = new();
    }
}
