namespace Guardian.Models.Import;

/// <summary>Constants: how large they are, and the content of short lists.</summary>
internal sealed partial class OnnxFileReader
{
    private OnnxTensor ReadTensor(long end)
    {
        var dimensions = new List<long>();
        var values = new List<double>();
        (string name, int type, long raw, byte[]? bytes) = ("", 0, -1, null);
        long elements = 0;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, _):
                    Numbers(wire, end, WireReader.Varint, fieldEnd => dimensions.Add((long)_wire.ReadVarint(fieldEnd)));
                    Bound(dimensions.Count, OnnxLimits.Rank, $"tensor {name}: dimensions");
                    break;
                case (2, WireReader.Varint):
                    type = (int)Math.Min(_wire.ReadVarint(end), 1000);
                    break;
                case (4, _):
                    elements += Elements(wire, end, 4, () => BitConverter.UInt32BitsToSingle(_wire.ReadFixed32(end)), values);
                    break;
                case (10, _):
                    elements += Elements(wire, end, 8, () => BitConverter.UInt64BitsToDouble(_wire.ReadFixed64(end)), values);
                    break;
                case (5 or 7 or 11, _):
                    elements += Elements(wire, end, 0, () => (long)_wire.ReadVarint(end), values);
                    break;
                case (8, WireReader.Length):
                    name = _wire.ReadText(end, OnnxLimits.Name, "tensor.name");
                    break;
                case (9, WireReader.Length) when raw < 0:
                    long rawEnd = _wire.ReadEnd(end);
                    raw = rawEnd - _wire.Position;
                    bytes = raw <= OnnxLimits.List * 8 ? ReadRaw((int)raw, rawEnd) : null;
                    _wire.SkipTo(rawEnd, end);
                    break;
                case (13, _):
                    throw Refused($"tensor {name}: external data is not taken, the file must hold its weights");
                case (14, WireReader.Varint):
                    if (_wire.ReadVarint(end) != 0)
                    {
                        throw Refused($"tensor {name}: external data is not taken, the file must hold its weights");
                    }

                    break;
                case (12 or 16, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"tensor {name}: a tensor of this kind (field {field}) is not taken");
            }
        }

        return Finish(name, type, [.. dimensions], raw, bytes, elements, values);
    }

    private byte[] ReadRaw(int count, long end)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i += 4)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i), count - i >= 4 ? _wire.ReadFixed32(end) : 0);
            if (count - i < 4)
            {
                // Raw data of one-byte and two-byte numbers need not be a multiple of four; such lists say nothing about sizes.
                return [];
            }
        }

        return bytes;
    }

    /// <summary>A list of numbers of a tensor; of a long one only the count matters.</summary>
    private long Elements(int wire, long end, int size, Func<double> read, List<double> values)
    {
        if (wire != WireReader.Length)
        {
            Add(values, read());
            return 1;
        }

        long listEnd = _wire.ReadEnd(end), count = 0;
        if (size > 0 && values.Count + ((listEnd - _wire.Position) / size) > OnnxLimits.List)
        {
            count = (listEnd - _wire.Position) / size;
            _wire.SkipTo(listEnd, end);
            values.AddRange(Enumerable.Repeat(0.0, OnnxLimits.List + 1));
            return count;
        }

        for (; _wire.Position < listEnd; count++)
        {
            Add(values, read());
        }

        return _wire.Position == listEnd ? count : throw Refused("not an ONNX file: a list ends in the middle of a number");
    }

    private static void Add(List<double> values, double value)
    {
        if (values.Count <= OnnxLimits.List)
        {
            values.Add(value);
        }
    }

    /// <summary>The data must be exactly what the dimensions say: a few bytes cannot stand for a huge tensor.</summary>
    private OnnxTensor Finish(string name, int type, long[] dimensions, long raw, byte[]? bytes, long elements, List<double> values)
    {
        int size = OnnxTensor.SizeOf(type);
        if (size == 0)
        {
            throw Refused($"tensor {name}: elements of type {type} are not taken");
        }

        long count = Shapes.Elements(dimensions, size, $"tensor {name}");
        if (raw >= 0 ? raw != count * size || elements > 0 : elements != count)
        {
            throw Refused($"tensor {name}: its dimensions say {count} elements and its data has {(raw >= 0 ? raw / size : elements)}");
        }

        _file.WeightBytes += count * size;
        double[]? known = raw >= 0 ? FromRaw(type, bytes) : values.Count <= OnnxLimits.List ? [.. values] : null;
        return new OnnxTensor(name, type, dimensions, known is not null && known.Length == count ? known : null);
    }

    private static double[]? FromRaw(int type, byte[]? bytes) => bytes is null ? null : type switch
    {
        1 => [.. Enumerable.Range(0, bytes.Length / 4).Select(i => (double)BitConverter.ToSingle(bytes, i * 4))],
        6 => [.. Enumerable.Range(0, bytes.Length / 4).Select(i => (double)BitConverter.ToInt32(bytes, i * 4))],
        7 => [.. Enumerable.Range(0, bytes.Length / 8).Select(i => (double)BitConverter.ToInt64(bytes, i * 8))],
        11 => [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BitConverter.ToDouble(bytes, i * 8))],
        _ => null,
    };
}
