using System.Buffers;

namespace Guardian.Storage;

/// <summary>
/// Moves the chunks of one object from a stream through a cipher to another stream: batches are read, worked on and written side by side, in place, in buffers from the pool.
/// </summary>
/// <remarks>
/// Four batches are in use at most: one being written, one being worked on, and two read ahead, because the last chunk of a batch has to know whether another one follows.
/// </remarks>
internal sealed class ChunkPipeline : IDisposable
{
    /// <summary>Bytes of a batch: enough to make a read or write worth its cost, few enough for the batches to stay in a core's cache.</summary>
    private const int BatchBytes = 256 * 1024;

    private readonly Stream _input;
    private readonly Stream _output;
    private readonly int _readSize;
    private readonly int _stride;
    private readonly int _slots;
    private readonly ChunkTransform _transform;
    private readonly Stack<byte[]> _free = new();
    private readonly List<byte[]> _rented = [];

    /// <param name="input">Where chunks come from.</param>
    /// <param name="output">Where they go.</param>
    /// <param name="readSize">Bytes of a full chunk as it comes.</param>
    /// <param name="stride">Bytes of the place that a chunk is worked on in: the larger of its two sizes.</param>
    /// <param name="transform">The work on one chunk.</param>
    public ChunkPipeline(Stream input, Stream output, int readSize, int stride, ChunkTransform transform)
    {
        _input = input;
        _output = output;
        _readSize = readSize;
        _stride = stride;
        _slots = Math.Max(1, BatchBytes / stride);
        _transform = transform;
    }

    /// <summary>Works on one chunk in place.</summary>
    /// <param name="chunk">Its number, from 0.</param>
    /// <param name="last">Whether it is the last one.</param>
    /// <param name="place">The chunk, with room behind it for what the work appends.</param>
    /// <param name="count">Bytes of the chunk.</param>
    /// <returns>Bytes of the result.</returns>
    public delegate int ChunkTransform(long chunk, bool last, Span<byte> place, int count);

    /// <summary>Runs to the end of the input. An empty input has one empty chunk.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Batch? done = null;
        Batch? current = await ReadAsync(0, cancellationToken).ConfigureAwait(false);
        Batch? next = current.IsFull ? await ReadAsync(current.First + _slots, cancellationToken).ConfigureAwait(false) : null;
        while (current is not null)
        {
            bool last = next is null or { Chunks: 0 };
            Batch working = current;

            // Not worth another thread when nothing else is left to do meanwhile.
            Task work = last && done is null ? Task.CompletedTask : Task.Run(() => Work(working, last), CancellationToken.None);
            Batch? ahead = null;
            try
            {
                await WriteAsync(done, cancellationToken).ConfigureAwait(false);
                ahead = !last && next!.IsFull ? await ReadAsync(next.First + _slots, cancellationToken).ConfigureAwait(false) : null;
            }
            finally
            {
                // The buffers are the pool's again after this method, so nobody may be at work in them.
                await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (last && done is null)
            {
                Work(working, last);
            }

            await work.ConfigureAwait(false);
            (done, current, next) = (current, last ? null : next, ahead);
        }

        await WriteAsync(done, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the buffers back, emptied: what was in them may have been a key holder's alone.</summary>
    public void Dispose()
    {
        foreach (byte[] buffer in _rented)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        _rented.Clear();
    }

    private void Work(Batch batch, bool last)
    {
        for (int i = 0; i < batch.Chunks; i++)
        {
            batch.Lengths[i] = _transform(batch.First + i, last && i == batch.Chunks - 1, batch.Bytes.AsSpan(i * _stride, _stride), batch.Lengths[i]);
        }
    }

    private async Task<Batch> ReadAsync(long first, CancellationToken cancellationToken)
    {
        if (!_free.TryPop(out byte[]? bytes))
        {
            bytes = ArrayPool<byte>.Shared.Rent(_slots * _stride);
            _rented.Add(bytes);
        }

        var batch = new Batch(first, bytes, new int[_slots]);
        int each = _readSize == _stride ? _slots * _stride : _readSize;
        for (int at = 0; at < _slots * _stride; at += _readSize == _stride ? each : _stride)
        {
            int read = await _input.ReadAtLeastAsync(bytes.AsMemory(at, each), each, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            for (int left = read; left > 0; left -= _readSize)
            {
                batch.Lengths[batch.Chunks++] = Math.Min(left, _readSize);
            }

            if (read < each)
            {
                break;
            }
        }

        if (first == 0 && batch.Chunks == 0)
        {
            batch.Chunks = 1;
        }

        batch.IsFull = batch.Chunks == _slots && batch.Lengths[^1] == _readSize;
        return batch;
    }

    private async Task WriteAsync(Batch? batch, CancellationToken cancellationToken)
    {
        if (batch is null)
        {
            return;
        }

        // Chunks that fill their places lie one behind the other.
        for (int i = 0; i < batch.Chunks;)
        {
            int start = i * _stride;
            int count = batch.Lengths[i];
            while (batch.Lengths[i++] == _stride && i < batch.Chunks)
            {
                count += batch.Lengths[i];
            }

            if (count > 0)
            {
                await _output.WriteAsync(batch.Bytes.AsMemory(start, count), cancellationToken).ConfigureAwait(false);
            }
        }

        _free.Push(batch.Bytes);
    }

    private sealed class Batch(long first, byte[] bytes, int[] lengths)
    {
        public long First { get; } = first;

        public byte[] Bytes { get; } = bytes;

        public int[] Lengths { get; } = lengths;

        public int Chunks { get; set; }

        public bool IsFull { get; set; }
    }
}
