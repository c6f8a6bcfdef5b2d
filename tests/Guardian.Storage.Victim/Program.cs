// A small node for tests that kill it: it takes sealed clips into its archive, says on its output which it has acknowledged, and archives them to an S3 server.
//   Guardian.Storage.Victim DATA CLIPS ENDPOINT CREDENTIALS take|drain
// Clips come from the files CLIPS/0, CLIPS/1, ...; the last byte of an event's id tells which it was, so that a later life can go on with an upload that this one began.
using Guardian.Storage;

const int Cameras = 5, MostWaiting = 12, Chunk = 128 << 10;

string[] clips = Directory.GetFiles(args[1]);
using var store = new S3ArchiveStore(new S3ArchiveOptions
{
    Endpoint = args[2],
    CredentialsFile = args[3],
    PartBytes = 5 << 20,
    StallTimeout = TimeSpan.FromSeconds(3),
});
await using var archive = new SealedArchive(
    new SealedArchiveOptions
    {
        Directory = args[0],
        MaxObjectBytes = 32 << 20,
        MaxSpoolBytes = 512 << 20,
        CheckpointBytes = 1 << 20,
        RetryDelay = TimeSpan.FromMilliseconds(50),
        MaxRetryDelay = TimeSpan.FromMilliseconds(500),
        StoreFailuresUntilDown = 3,
    },
    store);
await archive.RecoverAsync(default);
Say("ready");
foreach (SealedObjectInfo begun in await ListAsync(SealedObjectStatus.Receiving))
{
    await TakeAsync(begun.Id, begun.CameraId, begun.Size);
}

using var stop = new CancellationTokenSource();
Task running = archive.RunAsync(stop.Token);
if (args[4] == "take")
{
    for (int i = 0; ; i++)
    {
        if ((await ListAsync(SealedObjectStatus.Pending)).Count < MostWaiting)
        {
            byte[] id = Guid.NewGuid().ToByteArray();
            // Most clips are small; the first files are.
            id[^1] = (byte)(Random.Shared.Next(20) switch { 0 => clips.Length - 1, 1 or 2 => clips.Length - 2, var n => n % (clips.Length - 2) });
            await TakeAsync(SealedObjectId.Clip(new Guid(id)), $"cam-{Random.Shared.Next(Cameras)}", 0);
        }

        await Task.Delay(Random.Shared.Next(20));
    }
}

while ((await ListAsync(SealedObjectStatus.Pending)).Count + (await ListAsync(SealedObjectStatus.Uploading)).Count > 0)
{
    await Task.Delay(20);
}

await stop.CancelAsync();
await running.ContinueWith(static _ => { }, TaskScheduler.Default);
Say("drained");

async Task<IReadOnlyList<SealedObjectInfo>> ListAsync(SealedObjectStatus status) => (await archive.Register.QueryAsync(new IndexQuery { Status = status, Limit = 100 }, default)).Objects;

async Task TakeAsync(SealedObjectId id, string camera, long offset)
{
    byte[] clip = await File.ReadAllBytesAsync(Path.Combine(args[1], $"{id.EventId.ToByteArray()[^1]}"));
    UploadStart start = await archive.BeginUploadAsync(id, camera, offset, clip.Length, default);
    await using SealedUpload upload = start.Upload ?? throw new InvalidOperationException(start.Refusal!.Message);
    for (int at = (int)offset; at < clip.Length; at += Chunk)
    {
        if (await upload.WriteAsync(clip.AsMemory(at, Math.Min(Chunk, clip.Length - at)), default) is { } refusal)
        {
            throw new InvalidOperationException(refusal.Message);
        }
    }

    UploadOutcome outcome = await upload.CompleteAsync(default);
    Say($"{outcome.Stored!.Id.EventId} {camera} taken");
}

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}
