using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Guardian.Grpc.Wire;

/// <summary>Reads length-prefixed messages off a pipe and hands each over in place, in the pipe's own memory. One reader at a time.</summary>
/// <param name="pipe">Where the frames come from.</param>
/// <param name="maxMessageSize">Largest message in bytes, before and after decompression.</param>
/// <param name="gzip">Whether the peer declared gzip, so that a set compression flag is legal.</param>
/// <param name="idle">Bounds each wait for bytes; null for no bound.</param>
internal sealed class FrameReader(PipeReader pipe, int maxMessageSize, bool gzip, IdleTimer? idle = null)
{
    private const int HeaderSize = 5;

    /// <summary>Whether the last message came compressed.</summary>
    public bool LastCompressed { get; private set; }

    /// <summary>Whether the stream ended inside a message; the exception thrown then gives way to the status in the trailers, if there is one.</summary>
    public bool Truncated { get; private set; }

    /// <summary>Reads the next frame.</summary>
    /// <param name="take">Gets the message's bytes, which are valid only while it runs.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>; the stream stays usable.</param>
    /// <exception cref="RpcException">The frame is malformed, over a limit, cut off, or did not come in time.</exception>
    public async ValueTask<FrameRead<T>> ReadAsync<T>(Func<ReadOnlySequence<byte>, T> take, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await WaitAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            SequencePosition consumed = buffer.Start;
            SequencePosition examined = buffer.Start;
            try
            {
                if (read.IsCanceled && idle?.HasElapsed == true)
                {
                    throw new RpcException(StatusCode.DeadlineExceeded, $"no data came from the client for {idle.Timeout.TotalSeconds:0.###} s (ReadIdleTimeout)");
                }

                if (TryReadFrame(ref buffer, out bool compressed, out ReadOnlySequence<byte> message))
                {
                    consumed = examined = buffer.Start;
                    LastCompressed = compressed;
                    return new FrameRead<T>(true, Take(take, compressed, message));
                }

                examined = buffer.End;
                if (read.IsCompleted)
                {
                    consumed = buffer.End;
                    Truncated = !buffer.IsEmpty;
                    return Truncated ? throw new RpcException(StatusCode.Internal, "the stream ended inside a message") : default(FrameRead<T>);
                }
            }
            finally
            {
                pipe.AdvanceTo(consumed, examined);
            }
        }
    }

    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken)
    {
        ValueTask<ReadResult> pending = pipe.ReadAsync(cancellationToken);
        if (idle is null || pending.IsCompleted)
        {
            return await pending.ConfigureAwait(false);
        }

        idle.Start(pipe);
        try
        {
            return await pending.ConfigureAwait(false);
        }
        finally
        {
            idle.Stop();
        }
    }

    private bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out bool compressed, out ReadOnlySequence<byte> message)
    {
        compressed = false;
        message = default;
        if (buffer.Length < HeaderSize)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        uint size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        compressed = header[0] switch
        {
            0 => false,
            1 when gzip => true,
            1 => throw new RpcException(StatusCode.Internal, "a message is flagged as compressed, but the call has no grpc-encoding"),
            byte other => throw new RpcException(StatusCode.Internal, $"a message has the unknown flag {other}"),
        };

        // Refused by its announcement alone, before a byte of it is buffered.
        if (size > maxMessageSize)
        {
            throw new RpcException(StatusCode.ResourceExhausted, $"a message of {size} bytes exceeds the receive limit of {maxMessageSize} (MaxReceiveMessageSize)");
        }

        if (buffer.Length - HeaderSize < size)
        {
            return false;
        }

        message = buffer.Slice(HeaderSize, size);
        buffer = buffer.Slice(message.End);
        return true;
    }

    private T Take<T>(Func<ReadOnlySequence<byte>, T> take, bool compressed, ReadOnlySequence<byte> message)
    {
        try
        {
            if (!compressed)
            {
                return take(message);
            }

            using PooledBuffer plain = Inflate(message);
            return take(new ReadOnlySequence<byte>(plain.Written));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new RpcException(StatusCode.Internal, "a message does not parse", innerException: e);
        }
    }

    // Stops at the limit while inflating: a small message may unpack to a thousand times its size.
    private PooledBuffer Inflate(ReadOnlySequence<byte> message)
    {
        var plain = new PooledBuffer((int)Math.Min(maxMessageSize, Math.Max(256, message.Length * 2)));
        try
        {
            using var source = new GZipStream(PipeReader.Create(message).AsStream(), CompressionMode.Decompress);
            int read;
            while ((read = source.Read(plain.GetSpan(1))) > 0)
            {
                plain.Advance(read);
                if (plain.Written.Length > maxMessageSize)
                {
                    throw new RpcException(StatusCode.ResourceExhausted, $"a message inflates past the receive limit of {maxMessageSize} bytes (MaxReceiveMessageSize)");
                }
            }

            return plain;
        }
        catch
        {
            plain.Dispose();
            throw;
        }
    }
}
