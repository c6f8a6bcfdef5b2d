using System.Text;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>
/// Makes hostile messages out of valid ones: most by the fields on the wire (extreme numbers, NaN, invalid UTF-8, fields left out, repeated, nested, put into another message), so that many still parse and get
/// further than the parser, some by their bytes (flips, cuts, copies), a few noise from end to end. The same random numbers make the same messages.
/// </summary>
internal sealed class MessageMutator(IReadOnlyList<byte[]> seeds)
{
    private const int MaxSize = 100_000, LongList = 2000, DeepNesting = 150;

    private static readonly byte[][] Varints =
    [
        WireField.OfVarint(0), WireField.OfVarint(1), WireField.OfVarint(int.MaxValue), WireField.OfVarint(uint.MaxValue), WireField.OfVarint(long.MaxValue),
        WireField.OfVarint(unchecked((ulong)int.MinValue)), WireField.OfVarint(unchecked((ulong)long.MinValue)), WireField.OfVarint(ulong.MaxValue),
        [0x80, 0x80, 0x80, 0x00], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ];

    private static readonly double[] Doubles =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue, double.Epsilon, -0.0, -1, 1.0000001, 1e300];

    private static readonly byte[][] Texts =
    [
        [], [0], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF4, 0x90, 0x80, 0x80], "\u202Egpj.exe"u8.ToArray(), "../../etc/passwd"u8.ToArray(), "'; DROP TABLE edges; --"u8.ToArray(),
        "a\r\nb: c"u8.ToArray(), Encoding.UTF8.GetBytes(new string('a', 129)), Encoding.UTF8.GetBytes(new string('é', 5000)), Encoding.UTF8.GetBytes(new string('[', 20_000)),
    ];

    /// <summary>A mutation of one of the seeds.</summary>
    public byte[] Next(Random random) => Mutate(seeds[random.Next(seeds.Count)], random);

    /// <summary>A mutation of a message.</summary>
    public byte[] Mutate(byte[] message, Random random)
    {
        if (random.Next(50) == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        for (int i = random.Next(1, 3); i > 0; i--)
        {
            message = random.Next(5) > 0 ? MutateFields(message, random, depth: 0) : MutateBytes(message, random);
        }

        return message.Length <= MaxSize ? message : message[..MaxSize];
    }

    private byte[] MutateFields(byte[] message, Random random, int depth)
    {
        if (WireField.Parse(message) is not { Count: > 0 } fields)
        {
            return MutateBytes(message, random);
        }

        int at = random.Next(fields.Count);
        switch (random.Next(9))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.InsertRange(random.Next(fields.Count), Enumerable.Repeat(fields[at], Repeats(fields[at], random)));
                break;
            case 2:
                int other = random.Next(fields.Count);
                (fields[at], fields[other]) = (fields[other], fields[at]);
                break;
            case 3:
                fields[at] = fields[at] with { Tag = (uint)(random.Next(1, 30) << 3) | (fields[at].Tag & 7) };
                break;
            case 4 when random.Next(4) == 0:
                fields[at] = fields[at] with { Tag = (fields[at].Tag & ~7u) | (uint)random.Next(6) };
                break;
            case 5 when WireField.Parse(seeds[random.Next(seeds.Count)]) is { Count: > 0 } others:
                fields.Insert(at, others[random.Next(others.Count)]);
                break;
            case 6 when fields[at].IsDelimited:
                fields[at] = Nest(fields[at], random.Next(2, DeepNesting));
                break;
            default:
                fields[at] = fields[at] with { Value = MutateValue(fields[at], random, depth) };
                break;
        }

        return WireField.Join(fields);
    }

    private byte[] MutateValue(WireField field, Random random, int depth)
    {
        if (field.IsVarint)
        {
            return Varints[random.Next(Varints.Length)];
        }

        if (field.IsFixed64)
        {
            return BitConverter.GetBytes(Doubles[random.Next(Doubles.Length)]);
        }

        // What parses is a message within the message, more often than not.
        return field.IsDelimited && depth < 3 && random.Next(3) > 0 && WireField.Parse(field.Value) is { Count: > 0 }
            ? MutateFields(field.Value, random, depth + 1)
            : random.Next(3) > 0 ? Texts[random.Next(Texts.Length)] : MutateBytes(field.Value, random);
    }

    private static int Repeats(WireField field, Random random) => random.Next(10) == 0 ? Math.Min(LongList, MaxSize / (field.Value.Length + 3)) : random.Next(1, 40);

    private static WireField Nest(WireField field, int depth)
    {
        for (; depth > 0 && field.Value.Length < MaxSize; depth--)
        {
            field = field with { Value = WireField.Join([field]) };
        }

        return field;
    }

    private static byte[] MutateBytes(byte[] message, Random random)
    {
        var bytes = new List<byte>(message);
        int at = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        switch (bytes.Count == 0 ? 3 : random.Next(6))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 9)));
                break;
            case 3:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 30)));
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }

        return [.. bytes];
    }
}
