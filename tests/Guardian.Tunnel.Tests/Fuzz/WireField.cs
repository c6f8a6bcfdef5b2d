using Google.Protobuf;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>A field of a serialized message as it is on the wire, with nothing known of the message's type.</summary>
/// <param name="Tag">Field number and wire type.</param>
/// <param name="Value">The varint, the 4 or 8 fixed bytes, or the content of a length-delimited field without its length.</param>
internal sealed record WireField(uint Tag, byte[] Value)
{
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    public bool IsVarint => WireType == Varint;

    public bool IsFixed64 => WireType == Fixed64;

    public bool IsDelimited => WireType == Delimited;

    private uint WireType => Tag & 7;

    /// <summary>Takes a message apart.</summary>
    /// <returns>Null when it does not parse.</returns>
    public static List<WireField>? Parse(byte[] message)
    {
        var fields = new List<WireField>();
        var input = new CodedInputStream(message);
        try
        {
            for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                byte[]? value = (tag & 7) switch
                {
                    Varint => OfVarint(input.ReadUInt64()),
                    Fixed64 => BitConverter.GetBytes(input.ReadFixed64()),
                    Delimited => input.ReadBytes().ToByteArray(),
                    Fixed32 => BitConverter.GetBytes(input.ReadFixed32()),
                    _ => null,
                };
                if (value is null)
                {
                    return null;
                }

                fields.Add(new WireField(tag, value));
            }

            return fields;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    public static byte[] Join(IEnumerable<WireField> fields)
    {
        using var bytes = new MemoryStream();
        foreach (WireField field in fields)
        {
            bytes.Write(OfVarint(field.Tag));
            if (field.IsDelimited)
            {
                bytes.Write(OfVarint((ulong)field.Value.Length));
            }

            bytes.Write(field.Value);
        }

        return bytes.ToArray();
    }

    public static byte[] OfVarint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
