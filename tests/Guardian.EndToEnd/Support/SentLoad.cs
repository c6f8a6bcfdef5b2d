using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Testing;

namespace Guardian.EndToEnd.Support;

/// <summary>What 'guardian-edge send' said it has queued, held against what the node has.</summary>
internal sealed class SentLoad
{
    public const string Camera = "load";

    private readonly Lock _lock = new();
    private readonly List<JsonElement> _told = [];

    /// <summary>The events told of so far, in order.</summary>
    public IReadOnlyList<Guid> Events => [.. Of("event").Select(IdOf)];

    /// <summary>Takes one line of the edge's output.</summary>
    public void Add(string line)
    {
        // A line that a kill cut short was not told.
        if (line.EndsWith('}') && JsonDocument.Parse(line).RootElement is var told && told.TryGetProperty("queued", out _))
        {
            lock (_lock)
            {
                _told.Add(told);
            }
        }
    }

    /// <summary>Checks that the node has every event once, in the order in which they were queued.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kills">How often the edge was killed: each may have come between the queue and the word of it.</param>
    public async Task CheckEventsAsync(RunningNode node, int kills)
    {
        IReadOnlyList<Guid> queued = Events;
        Dictionary<Guid, DateTimeOffset> received = await ReceivedAsync(node);
        Assert.NotEmpty(queued);
        Assert.DoesNotContain(queued, id => !received.ContainsKey(id));
        Assert.InRange(received.Count, queued.Count, queued.Count + kills);
        Assert.Equal(queued.Select(id => received[id]).Order(), queued.Select(id => received[id]));
    }

    /// <summary>Checks that the node serves every clip, byte by byte.</summary>
    public async Task CheckClipsAsync(RunningNode node)
    {
        List<JsonElement> queued = Of("clip");
        Assert.NotEmpty(queued);
        foreach (JsonElement clip in queued)
        {
            string path = $"events/{IdOf(clip)}/clip";
            int bytes = clip.GetProperty("bytes").GetInt32();
            byte[] stored = await Eventually.GetAsync(() => ReadAsync(node, path, bytes), $"{path} is served", TimeSpan.FromSeconds(60));
            Assert.Equal(clip.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(stored)));
            Assert.Equal(bytes, await node.Api.LengthAsync(path, CancellationToken.None));
        }
    }

    /// <summary>When the node received each event that it has; one that is there twice is an error.</summary>
    public static async Task<Dictionary<Guid, DateTimeOffset>> ReceivedAsync(RunningNode node)
    {
        var received = new Dictionary<Guid, DateTimeOffset>();
        for (string? cursor = ""; cursor is not null;)
        {
            JsonElement page = await node.Api.GetAsync($"events?camera={Camera}&limit=500&cursor={cursor}", CancellationToken.None);
            foreach (JsonElement e in page.GetProperty("events").EnumerateArray())
            {
                Assert.True(received.TryAdd(IdOf(e), e.GetProperty("received_at").GetDateTimeOffset()), $"{IdOf(e)} is there twice");
            }

            cursor = page.GetProperty("next_cursor").GetString();
        }

        return received;
    }

    private List<JsonElement> Of(string kind)
    {
        lock (_lock)
        {
            return [.. _told.Where(l => l.GetProperty("queued").GetString() == kind)];
        }
    }

    private static Guid IdOf(JsonElement line) => line.GetProperty("id").GetGuid();

    private static async Task<byte[]?> ReadAsync(RunningNode node, string path, int bytes)
    {
        try
        {
            return await node.Api.RangeAsync(path, 0, bytes - 1, CancellationToken.None);
        }
        catch (InvalidDataException)
        {
            // Not archived yet.
            return null;
        }
    }
}
