using System.Buffers.Binary;
using System.Text;

namespace Guardian.Models.Import;

/// <summary>
/// Reads protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) forward from a stream, field by field: nothing is allocated that the caller did not ask for by a bound, so a length in the file costs nothing.
/// </summary>
internal sealed class WireReader(Stream stream, long length)
{
    public const int Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5;

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _next, _filled;

    public long Position { get; private set; }

    public long End => length;

    /// <summary>The next field of a message that ends at <paramref name="end"/>; null at its end.</summary>
    public (int Field, int Wire)? ReadTag(long end)
    {
        if (Position == end)
        {
            return null;
        }

        ulong tag = ReadVarint(end);
        int wire = (int)(tag & 7);
        return tag >> 3 is > 0 and < 1 << 29 && wire is Varint or Fixed64 or Length or Fixed32 ? ((int)(tag >> 3), wire) : throw Broken("a field has a number or type that does not exist");
    }

    public ulong ReadVarint(long end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = ReadByte(end);
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken("a number has more than ten bytes");
    }

    /// <summary>The length of a field, and where it ends.</summary>
    public long ReadEnd(long end)
    {
        ulong size = ReadVarint(end);
        return size <= (ulong)(end - Position) ? Position + (long)size : throw Broken("a field is longer than what it is in");
    }

    public uint ReadFixed32(long end)
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(bytes, end);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong ReadFixed64(long end)
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(bytes, end);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public byte[] ReadBytes(long end, int most, string what)
    {
        long size = ReadEnd(end) - Position;
        byte[] bytes = size <= most ? new byte[size] : throw new OnnxRefusedException($"{what}: {size} bytes, at most {most} are taken");
        Read(bytes, end);
        return bytes;
    }

    public string ReadText(long end, int most, string what) => Encoding.UTF8.GetString(ReadBytes(end, most, what));

    /// <summary>Passes over what a field holds.</summary>
    public void Skip(int wire, long end)
    {
        switch (wire)
        {
            case Varint:
                ReadVarint(end);
                break;
            case Fixed64:
                SkipTo(Position + 8, end);
                break;
            case Fixed32:
                SkipTo(Position + 4, end);
                break;
            default:
                SkipTo(ReadEnd(end), end);
                break;
        }
    }

    public void SkipTo(long target, long end)
    {
        if (target > end)
        {
            throw Broken("it ends in the middle of a field");
        }

        long buffered = Math.Min(target - Position, _filled - _next);
        (_next, Position) = (_next + (int)buffered, Position + buffered);
        if (Position < target)
        {
            stream.Seek(target - Position, SeekOrigin.Current);
            Position = target;
        }
    }

    private static OnnxRefusedException Broken(string what) => new($"not an ONNX file: {what}");

    private void Read(Span<byte> bytes, long end)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = ReadByte(end);
        }
    }

    private byte ReadByte(long end)
    {
        if (Position >= end)
        {
            throw Broken("it ends in the middle of a field");
        }

        if (_next == _filled)
        {
            (_next, _filled) = (0, stream.Read(_buffer));
            if (_filled == 0)
            {
                throw Broken("it is shorter than it was");
            }
        }

        Position++;
        return _buffer[_next++];
    }
}
