namespace Guardian.Models.Import;

/// <summary>
/// Reads an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html) for what matters to its safety, with a bound on everything. Messages nest as deep as this class has methods and no deeper: a graph inside a graph is refused where it begins.
/// A field that may be there once and is there twice is refused, because parsers differ over what it means.
/// </summary>
internal sealed partial class OnnxFileReader
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
}
