using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Storage;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Load;

/// <summary>
/// Queues events with clips of noise and tells of each, as a JSON line, once it is on the disk: from then on it reaches the node, whatever is killed. Ends when the node holds everything.
/// </summary>
internal sealed class LoadSender(LoadSettings settings, EdgeAgent agent, TimeProvider time)
{
    /// <summary>How often it is looked whether the queue has room, or is empty.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Sealer _sealer = new([.. agent.Recipients.Select(r => RecipientPublicKey.FromDer(r))]);
    private int _open;
    private int _refused;

    /// <summary>Where clips are made, before the agent has them. What a kill left here was never told of.</summary>
    private string Unfinished => Path.Combine(settings.Work, "unfinished");

    /// <returns>Whether the node took everything.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Unfinished))
        {
            Directory.Delete(Unfinished, recursive: true);
        }

        Directory.CreateDirectory(Unfinished);
        long start = time.GetTimestamp();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = agent.RunAsync(ends.Token);
        Task sending = SendAsync(ends.Token);

        // Whichever fails first tells why.
        await await Task.WhenAny(running, sending);
        await sending;
        await ends.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Tell(new { sent = settings.Events, refused = _refused, seconds = Math.Round(time.GetElapsedTime(start).TotalSeconds, 2) });
        return _refused == 0;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        for (int number = 1; number <= settings.Events; number++)
        {
            var id = Guid.NewGuid();
            await QueueEventAsync(id, number, cancellationToken);
            if (settings.ClipBytes > 0)
            {
                await QueueClipAsync(id, cancellationToken);
            }

            if (settings.Interval > TimeSpan.Zero)
            {
                await Task.Delay(settings.Interval, time, cancellationToken);
            }
        }

        while (agent.Waiting.Items > 0 || Volatile.Read(ref _open) > 0)
        {
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    private async Task QueueEventAsync(Guid id, int number, CancellationToken cancellationToken)
    {
        var e = new Event { Id = id.ToString(), CameraId = settings.CameraId, EventType = "load", Timestamp = UnixNanoseconds.From(time.GetUtcNow()) };
        e.Metadata["number"] = number.ToString(CultureInfo.InvariantCulture);
        _ = CountAsync(agent.EventOutcomeAsync(id, cancellationToken));
        await WhenThereIsRoomAsync(() => agent.EnqueueEventAsync(e, cancellationToken), cancellationToken);
        Tell(new { queued = "event", id, number });
    }

    private async Task QueueClipAsync(Guid id, CancellationToken cancellationToken)
    {
        byte[] clip = await _sealer.SealAsync(RandomNumberGenerator.GetBytes(settings.ClipBytes), "video/mp4", cancellationToken);
        string file = Path.Combine(Unfinished, id.ToString());
        await File.WriteAllBytesAsync(file, clip, cancellationToken);
        _ = CountAsync(agent.ClipOutcomeAsync(id, cancellationToken));
        await WhenThereIsRoomAsync(() => agent.EnqueueClipAsync(id, file, cancellationToken), cancellationToken);
        Tell(new { queued = "clip", id, bytes = clip.Length, sha256 = Convert.ToHexStringLower(SHA256.HashData(clip)) });
    }

    /// <summary>A queue that is full is what a load test is after: it waits for the node to catch up.</summary>
    private async Task WhenThereIsRoomAsync(Func<Task> enqueue, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await enqueue();
                return;
            }
            catch (TunnelException e) when (e.IsTransient)
            {
                await Task.Delay(Look, time, cancellationToken);
            }
        }
    }

    /// <summary>Counts what becomes of an item, once it has become of it.</summary>
    private async Task CountAsync(Task<SendOutcome> outcome)
    {
        Interlocked.Increment(ref _open);
        if (!(await outcome).Stored)
        {
            Interlocked.Increment(ref _refused);
        }

        Interlocked.Decrement(ref _open);
    }

    private static void Tell<T>(T line) => Console.WriteLine(JsonSerializer.Serialize(line));
}
