using System.Collections.Concurrent;
using Dapper;
using Google.Protobuf;
using Guardian.Shared.Files;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>
/// What waits to be sent, on the disk: it survives a kill at any moment and is sent in the order in which it came. An event is a row; a clip is a file that was made durable before its row. Safe for
/// use by many threads.
/// </summary>
internal sealed class SendQueue
{
    private readonly EdgeDatabase _database;
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly int _maxItems;
    private readonly ConcurrentDictionary<(Guid Event, QueuedKind Kind), TaskCompletionSource<SendOutcome>> _waiting = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _items;
    private long _bytes;

    private SendQueue(EdgeDatabase database, string folder, long maxBytes, int maxItems, (long Items, long Bytes) waiting)
    {
        _items = (int)waiting.Items;
        _bytes = waiting.Bytes;
        _database = database;
        _folder = folder;
        _maxBytes = maxBytes;
        _maxItems = maxItems;
    }

    /// <summary>Ends when something is queued or done.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Opens the queue. Files of clips whose row never came to be, or is gone already, are removed.</summary>
    public static async Task<SendQueue> OpenAsync(EdgeDatabase database, string folder, long maxBytes, int maxItems, CancellationToken cancellationToken)
    {
        DurableFile.CreateFolder(folder);
        HashSet<string> known = await database.ReadAsync(
            c => c.Query<string>("SELECT event_id FROM queue WHERE kind = @Clip", new { Clip = (int)QueuedKind.Clip }).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        foreach (string file in Directory.EnumerateFiles(folder).Where(f => !known.Contains(Path.GetFileName(f))))
        {
            File.Delete(file);
        }

        (long, long) waiting = await database.ReadAsync(c => c.QuerySingle<(long, long)>("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM queue"), cancellationToken).ConfigureAwait(false);
        return new SendQueue(database, folder, maxBytes, maxItems, waiting);
    }

    /// <summary>Queues an event; on return it is durable. One that is queued already stays as it is.</summary>
    /// <exception cref="TunnelException">The queue is full.</exception>
    public async Task AddEventAsync(Event e, CancellationToken cancellationToken)
    {
        byte[] payload = e.ToByteArray();
        Reserve(payload.Length);
        try
        {
            await InsertAsync(QueuedKind.Event, Guid.Parse(e.Id), payload, payload.Length, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Release(payload.Length);
            throw;
        }
    }

    /// <summary>Queues an event's sealed clip by moving its file here; on return it is durable.</summary>
    /// <exception cref="TunnelException">The queue is full, the event's clip is queued already, or the file cannot be moved; it stays where it is then.</exception>
    public async Task AddClipAsync(Guid eventId, string file, CancellationToken cancellationToken)
    {
        string queued = FileOf(eventId);
        if (File.Exists(queued))
        {
            throw new TunnelException($"clip of {eventId}: it is queued already");
        }

        long size = SizeOf(file);
        Reserve(size);
        bool isMoved = false;
        try
        {
            File.Move(file, queued);
            isMoved = true;
            FlushDurably(queued);
            await InsertAsync(QueuedKind.Clip, eventId, payload: null, size, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Release(size);
            if (isMoved)
            {
                File.Move(queued, file);
            }

            if (e is IOException or UnauthorizedAccessException)
            {
                throw new TunnelException($"clip of {eventId}: {e.Message}", isTransient: true, e);
            }

            throw;
        }
    }

    /// <summary>The oldest events, as many as fit in a message; at least one when there is one.</summary>
    public Task<IReadOnlyList<QueuedItem>> PeekEventsAsync(int maxItems, long maxBytes, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<QueuedItem>>(
        c =>
        {
            var items = new List<QueuedItem>();
            long bytes = 0;
            foreach (QueuedItem item in c.Query<QueuedItem>("SELECT * FROM queue WHERE kind = @Event ORDER BY sequence LIMIT @Max", new { Event = (int)QueuedKind.Event, Max = maxItems }, buffered: false))
            {
                bytes += item.size;
                if (items.Count > 0 && bytes > maxBytes)
                {
                    break;
                }

                items.Add(item);
            }

            return items;
        },
        cancellationToken);

    /// <summary>The oldest clip whose event is not waiting any more.</summary>
    public Task<QueuedItem?> PeekClipAsync(CancellationToken cancellationToken) => _database.ReadAsync(
        c => c.QueryFirstOrDefault<QueuedItem>(
            "SELECT * FROM queue q WHERE kind = @Clip AND NOT EXISTS (SELECT 1 FROM queue e WHERE e.event_id = q.event_id AND e.kind = @Event) ORDER BY sequence LIMIT 1",
            new { Clip = (int)QueuedKind.Clip, Event = (int)QueuedKind.Event }),
        cancellationToken);

    /// <summary>From here on the node may hold bytes of this clip.</summary>
    public Task MarkStartedAsync(QueuedItem item, CancellationToken cancellationToken) =>
        _database.WriteAsync(c => c.Execute("UPDATE queue SET is_started = 1 WHERE sequence = @Sequence", new { Sequence = item.sequence }), cancellationToken);

    /// <summary>Puts an item behind all others: the node has no room for it now, and has for others.</summary>
    public Task PassOverAsync(QueuedItem item, CancellationToken cancellationToken) => _database.WriteAsync(
        c => c.Execute("UPDATE queue SET sequence = (SELECT MAX(sequence) + 1 FROM queue) WHERE sequence = @Sequence", new { Sequence = item.sequence }), cancellationToken);

    /// <summary>An item has its outcome: it leaves the queue.</summary>
    public async Task RemoveAsync(QueuedItem item, SendOutcome outcome, CancellationToken cancellationToken)
    {
        await _database.WriteAsync(c => c.Execute("DELETE FROM queue WHERE sequence = @Sequence", new { Sequence = item.sequence }), cancellationToken).ConfigureAwait(false);
        Guid id = Guid.Parse(item.event_id);
        Release(item.size);
        if ((QueuedKind)item.kind == QueuedKind.Clip)
        {
            // After the row: a row without its file could not be sent.
            File.Delete(FileOf(id));
        }

        if (_waiting.TryRemove((id, (QueuedKind)item.kind), out TaskCompletionSource<SendOutcome>? waiting))
        {
            waiting.TrySetResult(outcome);
        }

        Raise();
    }

    public FileStream OpenClip(QueuedItem item) => File.OpenRead(FileOf(Guid.Parse(item.event_id)));

    /// <summary>Items that wait, and their bytes.</summary>
    public (int Items, long Bytes) Waiting
    {
        get
        {
            lock (_lock)
            {
                return (_items, _bytes);
            }
        }
    }

    /// <summary>Waits for what becomes of an item. Asked before it is queued, it cannot be missed.</summary>
    public Task<SendOutcome> OutcomeAsync(Guid eventId, QueuedKind kind) =>
        _waiting.GetOrAdd((eventId, kind), _ => new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private static long SizeOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (IOException e)
        {
            throw new TunnelException($"clip: {e.Message}", innerException: e);
        }
    }

    /// <summary>The bytes are made durable after the move, because between file systems it is a copy.</summary>
    private static void FlushDurably(string file)
    {
        using (FileStream stream = File.OpenWrite(file))
        {
            stream.Flush(flushToDisk: true);
        }

        DurableFile.FlushFolder(Path.GetDirectoryName(file)!);
    }

    private string FileOf(Guid eventId) => Path.Combine(_folder, eventId.ToString());

    /// <summary>Takes room before anything is written, so that many at once do not take more than there is.</summary>
    private void Reserve(long size)
    {
        lock (_lock)
        {
            if (_items >= _maxItems || _bytes + size > _maxBytes)
            {
                throw new TunnelException($"send queue: {_items} items of {_bytes} bytes wait, at most {_maxItems} of {_maxBytes} are held", isTransient: true);
            }

            _items++;
            _bytes += size;
        }
    }

    private void Release(long size)
    {
        lock (_lock)
        {
            _items--;
            _bytes -= size;
        }
    }

    private async Task InsertAsync(QueuedKind kind, Guid eventId, byte[]? payload, long size, CancellationToken cancellationToken)
    {
        int added = await _database.WriteAsync(
            c => c.Execute(
                "INSERT INTO queue (kind, event_id, size, payload) VALUES (@Kind, @EventId, @Size, @Payload) ON CONFLICT DO NOTHING",
                new { Kind = (int)kind, EventId = eventId.ToString(), Size = size, Payload = payload }),
            cancellationToken).ConfigureAwait(false);
        if (added == 0)
        {
            Release(size);
        }

        Raise();
    }

    private void Raise()
    {
        TaskCompletionSource raised;
        lock (_lock)
        {
            raised = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        raised.SetResult();
    }
}
