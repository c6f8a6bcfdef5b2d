using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;

namespace Guardian.Grpc.Wire;

/// <summary>Writes length-prefixed messages.</summary>
internal static class FrameWriter
{
    public const int HeaderSize = 5;

    /// <summary>Uncompressed, protobuf serializes straight into the writer's memory.</summary>
    /// <exception cref="RpcException">The message is over the limit; nothing was written.</exception>
    public static void Write(IBufferWriter<byte> output, IMessage message, bool gzip, int maxMessageSize)
    {
        int size = CheckedSize(message, maxMessageSize);
        if (!gzip)
        {
            WriteHeader(output, compressed: false, size);
            if (size > 0)
            {
                message.WriteTo(output);
            }

            return;
        }

        using var packed = new PooledBuffer(Math.Max(256, size / 2));
        using (var deflater = new GZipStream(new BufferWriterStream(packed), CompressionLevel.Fastest))
        {
            message.WriteTo(deflater);
        }

        WriteHeader(output, compressed: true, packed.Written.Length);
        output.Write(packed.Written.Span);
    }

    /// <summary>The message's size in bytes, if it may be sent.</summary>
    public static int CheckedSize(IMessage message, int maxMessageSize)
    {
        int size = message.CalculateSize();
        int limit = Math.Min(maxMessageSize, Array.MaxLength - HeaderSize);
        return size <= limit
            ? size
            : throw new RpcException(StatusCode.ResourceExhausted, $"a message of {size} bytes exceeds the send limit of {limit} (MaxSendMessageSize)");
    }

    private static void WriteHeader(IBufferWriter<byte> output, bool compressed, int size)
    {
        Span<byte> header = output.GetSpan(HeaderSize);
        header[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], size);
        output.Advance(HeaderSize);
    }
}
