using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Guardian.EndToEnd.Support;
using Guardian.Grpc;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>What the node acknowledged is there afterwards, however it ended.</summary>
public sealed class KillTests
{
    private const int Kills = 12, Uploaders = 3;

    [Fact(Timeout = 300_000)]
    public async Task nothing_acknowledged_is_lost_when_the_node_is_killed_at_random_moments()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using EdgeClient client = await node.ConnectAsync();
        var events = new ConcurrentDictionary<Guid, bool>();
        var clips = new ConcurrentDictionary<Guid, byte[]>();
        using var stop = new CancellationTokenSource();
        Task[] uploaders = [.. Enumerable.Range(0, Uploaders).Select(i => Task.Run(() => UploadAsync(node, client, i, events, clips, stop.Token)))];

        var random = new Random(11);
        for (int i = 0; i < Kills; i++)
        {
            // Not a wait for anything: the moment of the kill is what is random.
            await Task.Delay(random.Next(50, 900));
            await node.Node.KillAsync();
            await node.Node.StartAsync(CancellationToken.None);
        }

        int before = events.Count;
        await Eventually.IsTrueAsync(() => Task.FromResult(events.Count > before + Uploaders), "uploads go on after the last kill", TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Task.WhenAll(uploaders);
        await CheckAsync(node, events.Keys, clips);
    }

    private static async Task UploadAsync(
        RunningNode node, EdgeClient client, int number, ConcurrentDictionary<Guid, bool> events, ConcurrentDictionary<Guid, byte[]> clips, CancellationToken cancellationToken)
    {
        var sealer = new Sealer(node.Customer.PublicKey);
        var random = new Random(number);
        while (!cancellationToken.IsCancellationRequested)
        {
            Guid id = Guid.NewGuid();
            byte[] plaintext = new byte[random.Next(1, 3_000_000)];
            random.NextBytes(plaintext);
            byte[] clip = await sealer.SealAsync(plaintext, "video/mp4", CancellationToken.None);
            await RetryAsync(() => client.SendEventsAsync([NewEvent(id, number)], CancellationToken.None));
            events[id] = true;
            await RetryAsync(() => client.UploadClipAsync(id, new MemoryStream(clip), 100, null, CancellationToken.None));
            clips[id] = SHA256.HashData(clip);
        }
    }

    private static Event NewEvent(Guid id, int number) => new()
    {
        Id = id.ToString(),
        CameraId = $"camera-{number}",
        EventType = "motion",
        Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()),
    };

    /// <summary>As an edge does: while the node is away, try again.</summary>
    private static async Task RetryAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (RpcException e) when (e.IsTransient || e.StatusCode is StatusCode.Cancelled or StatusCode.Internal)
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task CheckAsync(RunningNode node, ICollection<Guid> events, ConcurrentDictionary<Guid, byte[]> clips)
    {
        Assert.NotEmpty(clips);
        foreach (Guid id in events)
        {
            JsonElement detail = await node.Api.GetAsync($"events/{id}", CancellationToken.None);
            Assert.Equal(id, detail.GetProperty("event").GetProperty("id").GetGuid());
        }

        foreach ((Guid id, byte[] hash) in clips)
        {
            JsonElement clip = await Eventually.GetAsync(
                async () =>
                {
                    JsonElement detail = await node.Api.GetAsync($"events/{id}", CancellationToken.None);
                    return detail.GetProperty("objects").EnumerateArray().Where(o => o.GetProperty("name").GetString() == "clip.mp4" && o.GetProperty("status").GetString() == "completed")
                        .Select(o => (object)o).FirstOrDefault();
                },
                $"clip {id} is archived",
                TimeSpan.FromSeconds(60)) is JsonElement found ? found : default;
            string file = Path.Combine(node.Node.Folder, "archive", clip.GetProperty("bucket").GetString()!, clip.GetProperty("key").GetString()!);
            Assert.Equal(hash, SHA256.HashData(await File.ReadAllBytesAsync(file)));
        }

        // One row an event: what was sent again after a kill did not become a second event.
        int listed = 0;
        for (string? cursor = ""; cursor is not null;)
        {
            JsonElement page = await node.Api.GetAsync($"events?limit=500&cursor={cursor}", CancellationToken.None);
            listed += page.GetProperty("events").GetArrayLength();
            cursor = page.GetProperty("next_cursor").GetString();
        }

        Assert.InRange(listed, events.Count, events.Count + Uploaders);
    }
}
