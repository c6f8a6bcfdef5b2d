namespace Guardian.Models.Import;

/// <summary>
/// Reads an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html) for what matters to its safety, with a bound on everything. Messages nest as deep as this class has methods and no deeper: a graph inside a graph is refused where it begins.
/// A field that may be there once and is there twice is refused, because parsers differ over what it means.
/// </summary>
internal sealed class OnnxFileReader
{
    private readonly WireReader _wire;
    private readonly OnnxFile _file = new();
    private bool _hasGraph;

    private OnnxFileReader(WireReader wire) => _wire = wire;

    /// <exception cref="OnnxRefusedException">It is not taken.</exception>
    public static OnnxFile Read(Stream stream, long length)
    {
        var reader = new OnnxFileReader(new WireReader(stream, length));
        reader.ReadModel();
        return reader._file;
    }

    private static OnnxRefusedException Refused(string reason) => new(reason);

    private static void Bound(int count, int most, string what)
    {
        if (count > most)
        {
            throw Refused($"{what}: at most {most} are taken");
        }
    }

    private void ReadModel()
    {
        long end = _wire.End;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Varint):
                    _file.IrVersion = (long)_wire.ReadVarint(end);
                    break;
                case (2, WireReader.Length):
                    _file.Producer = _wire.ReadText(end, OnnxLimits.Name, "producer_name");
                    break;
                case (7, WireReader.Length) when !_hasGraph:
                    _hasGraph = true;
                    ReadGraph(_wire.ReadEnd(end));
                    break;
                case (7, _):
                    throw Refused("graph: it is there twice");
                case (8, WireReader.Length):
                    ReadOpset(_wire.ReadEnd(end));
                    break;
                case (14, WireReader.Length):
                    ReadMetadata(_wire.ReadEnd(end));
                    break;
                case (20, _):
                    throw Refused("training_info: a file that trains itself is not taken");
                case (25, _):
                    throw Refused("functions: functions of its own are not taken; export with them inlined");
                case (3 or 4 or 5 or 6 or 26, _):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"not an ONNX file: a model has no field {field} of type {wire}");
            }
        }

        if (!_hasGraph)
        {
            throw Refused("not an ONNX file: it has no graph");
        }
    }

    private void ReadOpset(long end)
    {
        (string domain, long version) = ("", 0);
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    domain = _wire.ReadText(end, OnnxLimits.Name, "opset_import.domain");
                    break;
                case (2, WireReader.Varint):
                    version = (long)_wire.ReadVarint(end);
                    break;
                default:
                    throw Refused($"not an ONNX file: opset_import has no field {field}");
            }
        }

        Bound(_file.Opsets.Count + 1, 16, "opset_import");
        if (!_file.Opsets.TryAdd(domain == "ai.onnx" ? "" : domain, version))
        {
            throw Refused($"opset_import: domain '{domain}' is there twice");
        }
    }

    private void ReadMetadata(long end)
    {
        (string key, string value) = ("", "");
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    key = _wire.ReadText(end, OnnxLimits.Name, "metadata_props.key");
                    break;
                case (2, WireReader.Length):
                    value = _wire.ReadText(end, OnnxLimits.Text, "metadata_props.value");
                    break;
                default:
                    throw Refused($"not an ONNX file: metadata_props has no field {field}");
            }
        }

        Bound(_file.Metadata.Count + 1, OnnxLimits.MetadataEntries, "metadata_props");
        _file.Metadata[key] = value;
    }

    private void ReadGraph(long end)
    {
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    Bound(_file.Nodes.Count + 1, OnnxLimits.Nodes, "nodes");
                    _file.Nodes.Add(ReadNode(_wire.ReadEnd(end)));
                    break;
                case (5, WireReader.Length):
                    Bound(_file.Initializers.Count + 1, OnnxLimits.Initializers, "initializers");
                    _file.Initializers.Add(ReadTensor(_wire.ReadEnd(end)));
                    break;
                case (11, WireReader.Length):
                    Bound(_file.Inputs.Count + 1, OnnxLimits.Initializers, "inputs");
                    _file.Inputs.Add(ReadValue(_wire.ReadEnd(end)));
                    break;
                case (12, WireReader.Length):
                    Bound(_file.Outputs.Count + 1, OnnxLimits.Values, "outputs");
                    _file.Outputs.Add(ReadValue(_wire.ReadEnd(end)));
                    break;
                case (15, _):
                    throw Refused("sparse_initializer: sparse weights are not taken");

                // Names, words for people, and claims about values in between: the runtime infers those, and so does this package.
                case (2 or 10 or 13 or 14 or 16, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"not an ONNX file: a graph has no field {field} of type {wire}");
            }
        }
    }

    private OnnxNode ReadNode(long end)
    {
        var inputs = new List<string>();
        var outputs = new List<string>();
        var attributes = new Dictionary<string, OnnxAttributeValue>(StringComparer.Ordinal);
        (string name, string domain) = ("", "");
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    inputs.Add(_wire.ReadText(end, OnnxLimits.Name, "node.input"));
                    break;
                case (2, WireReader.Length):
                    outputs.Add(_wire.ReadText(end, OnnxLimits.Name, "node.output"));
                    break;
                case (4, WireReader.Length):
                    name = _wire.ReadText(end, OnnxLimits.Name, "node.op_type");
                    break;
                case (5, WireReader.Length):
                    OnnxAttributeValue attribute = ReadAttribute(_wire.ReadEnd(end));
                    if (!attributes.TryAdd(attribute.Name, attribute))
                    {
                        throw Refused($"{name}: attribute '{attribute.Name}' is there twice");
                    }

                    break;
                case (7, WireReader.Length):
                    domain = _wire.ReadText(end, OnnxLimits.Name, "node.domain");
                    break;
                case (3 or 6 or 8 or 9, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"not an ONNX file: a node has no field {field} of type {wire}");
            }

            Bound(Math.Max(inputs.Count, outputs.Count), OnnxLimits.Operands, $"{name}: inputs or outputs");
            Bound(attributes.Count, OnnxLimits.Attributes, $"{name}: attributes");
        }

        return new OnnxNode(name, domain == "ai.onnx" ? "" : domain, inputs, outputs, attributes);
    }

    private OnnxAttributeValue ReadAttribute(long end)
    {
        (string name, long number, double real, string text) = ("", 0, 0, "");
        var ints = new List<long>();
        var floats = new List<double>();
        OnnxTensor? tensor = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    name = _wire.ReadText(end, OnnxLimits.Name, "attribute.name");
                    break;
                case (2, WireReader.Fixed32):
                    real = BitConverter.UInt32BitsToSingle(_wire.ReadFixed32(end));
                    break;
                case (3, WireReader.Varint):
                    number = (long)_wire.ReadVarint(end);
                    break;
                case (4, WireReader.Length):
                    text = _wire.ReadText(end, OnnxLimits.Text, $"attribute {name}");
                    break;
                case (5, WireReader.Length) when tensor is null:
                    tensor = ReadTensor(_wire.ReadEnd(end));
                    break;
                case (7, _):
                    Numbers(wire, end, WireReader.Fixed32, fieldEnd => floats.Add(BitConverter.UInt32BitsToSingle(_wire.ReadFixed32(fieldEnd))));
                    break;
                case (8, _):
                    Numbers(wire, end, WireReader.Varint, fieldEnd => ints.Add((long)_wire.ReadVarint(fieldEnd)));
                    break;
                case (6 or 11, _):
                    throw Refused($"attribute {name}: a graph inside a node (Loop, Scan, If, …) is not taken");
                case (13 or 20, _):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"attribute {name}: an attribute of this kind (field {field}) is not taken");
            }

            Bound(Math.Max(ints.Count, floats.Count), OnnxLimits.List, $"attribute {name}");
        }

        return new OnnxAttributeValue(name, number, real, text, [.. ints], [.. floats], tensor);
    }

    /// <summary>A repeated number, packed or one by one.</summary>
    private void Numbers(int wire, long end, int single, Action<long> read)
    {
        if (wire == single)
        {
            read(end);
            return;
        }

        if (wire != WireReader.Length)
        {
            throw Refused("not an ONNX file: a list has elements of another type");
        }

        long listEnd = _wire.ReadEnd(end);
        for (int count = 0; _wire.Position < listEnd; count++)
        {
            Bound(count, OnnxLimits.List, "list");
            read(listEnd);
        }
    }

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

    private OnnxValueInfo ReadValue(long end)
    {
        string name = "";
        (int Type, long?[] Dimensions)? type = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    name = _wire.ReadText(end, OnnxLimits.Name, "value.name");
                    break;
                case (2, WireReader.Length) when type is null:
                    type = ReadType(name, _wire.ReadEnd(end));
                    break;
                case (3 or 4, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"{name}: an input or output of this kind is not taken");
            }
        }

        return type is var (element, dimensions) ? new OnnxValueInfo(name, element, dimensions) : throw Refused($"{name}: an input or output has no type");
    }

    private (int Type, long?[] Dimensions) ReadType(string name, long end)
    {
        (int Type, long?[] Dimensions)? tensor = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length) when tensor is null:
                    tensor = ReadTensorType(name, _wire.ReadEnd(end));
                    break;
                case (6, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"{name}: only tensors are taken as inputs and outputs");
            }
        }

        return tensor ?? throw Refused($"{name}: only tensors are taken as inputs and outputs");
    }

    private (int Type, long?[] Dimensions) ReadTensorType(string name, long end)
    {
        int type = 0;
        List<long?>? dimensions = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Varint):
                    type = (int)Math.Min(_wire.ReadVarint(end), 1000);
                    break;
                case (2, WireReader.Length) when dimensions is null:
                    dimensions = ReadShape(name, _wire.ReadEnd(end));
                    break;
                default:
                    throw Refused($"{name}: its type has a field {field} that is not known or there twice");
            }
        }

        // An output may leave its shape to inference.
        return (type, [.. dimensions ?? []]);
    }

    private List<long?> ReadShape(string name, long end)
    {
        var dimensions = new List<long?>();
        while (_wire.ReadTag(end) is var (field, wire))
        {
            if ((field, wire) != (1, WireReader.Length))
            {
                throw Refused($"{name}: its shape has a field {field}");
            }

            long? value = null;
            long dimensionEnd = _wire.ReadEnd(end);
            while (_wire.ReadTag(dimensionEnd) is var (part, partWire))
            {
                if ((part, partWire) == (1, WireReader.Varint))
                {
                    value = (long)_wire.ReadVarint(dimensionEnd);
                }
                else
                {
                    // A name in place of a number leaves it open.
                    value = part == 2 ? null : value;
                    _wire.Skip(partWire, dimensionEnd);
                }
            }

            dimensions.Add(value);
            Bound(dimensions.Count, OnnxLimits.Rank, $"{name}: dimensions");
        }

        return dimensions;
    }
}
