using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using DataType = Guardian.Models.Onnx.TensorProto.Types.DataType;

namespace Guardian.Models.Onnx;

/// <summary>
/// Writes an ONNX graph node by node. Only operators of the default domain can be written, so that every ONNX runtime can run the result.
/// </summary>
internal sealed class GraphBuilder(string name)
{
    /// <summary>Operator set 18 (ONNX 1.13, December 2022): the newest that the runtimes found on edges commonly have.</summary>
    public const int OperatorSet = 18;

    /// <summary>The file format version that belongs to operator set 18.</summary>
    public const int IrVersion = 8;

    /// <summary>The first ONNX Runtime with that operator set.</summary>
    public const string MinimumRuntime = "1.14";

    private const string Name = "Guardian.Models";

    private static readonly string Version = typeof(GraphBuilder).Assembly.GetName().Version!.ToString(3);

    private readonly GraphProto _graph = new() { Name = name };
    private readonly Dictionary<string, GraphValue> _constants = [];
    private int _values;

    /// <summary>Name and version of this package, as it signs what it writes.</summary>
    public static string Producer => $"{Name} {Version}";

    public GraphValue Input(string name, params ReadOnlySpan<OnnxDimension> shape)
    {
        _graph.Input.Add(Describe(name, DataType.Float, shape));
        return new GraphValue(name);
    }

    public GraphValue ByteInput(string name, params ReadOnlySpan<OnnxDimension> shape)
    {
        _graph.Input.Add(Describe(name, DataType.Uint8, shape));
        return new GraphValue(name);
    }

    /// <summary>Makes <paramref name="value"/> an output called <paramref name="name"/>.</summary>
    public void Output(string name, GraphValue value, params ReadOnlySpan<OnnxDimension> shape)
    {
        // The producer is renamed in place of an Identity node, which would copy the tensor (a whole parameter, in the training graph).
        bool produced = false;
        foreach (NodeProto node in _graph.Node)
        {
            produced |= Rename(node.Output, value.Name, name);
            Rename(node.Input, value.Name, name);
        }

        if (!produced)
        {
            throw new InvalidOperationException($"{value.Name} is made by no node of the graph and cannot be its output '{name}'.");
        }

        _graph.Output.Add(Describe(name, DataType.Float, shape));
    }

    /// <summary>A scalar constant; equal ones are stored once.</summary>
    public GraphValue Scalar(float value) => Constant(
        "f" + BitConverter.SingleToInt32Bits(value).ToString(CultureInfo.InvariantCulture),
        () => new TensorProto { DataType = (int)DataType.Float, FloatData = { value } });

    /// <summary>A scalar integer constant, as index operators want it.</summary>
    public GraphValue Index(long value) => Constant(
        "x" + value.ToString(CultureInfo.InvariantCulture),
        () => new TensorProto { DataType = (int)DataType.Int64, Int64Data = { value } });

    /// <summary>A list of integers: axes or a shape.</summary>
    public GraphValue Integers(params long[] values) => Constant(
        "i" + string.Join(',', values),
        () => new TensorProto { DataType = (int)DataType.Int64, Dims = { values.Length }, Int64Data = { values } });

    /// <summary>A constant tensor in row-major order.</summary>
    public GraphValue Tensor(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)DataType.Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        foreach (long length in shape)
        {
            tensor.Dims.Add(length);
        }

        _graph.Initializer.Add(tensor);
        return new GraphValue(name);
    }

    /// <summary>Adds a node with one result.</summary>
    public GraphValue Add(string operation, ReadOnlySpan<GraphValue> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        AddMany(operation, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several results.</summary>
    public GraphValue[] AddMany(string operation, ReadOnlySpan<GraphValue> inputs, int results, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = $"{operation}_{_graph.Node.Count}" };
        foreach (GraphValue input in inputs)
        {
            node.Input.Add(input.Name);
        }

        foreach (AttributeProto attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        var outputs = new GraphValue[results];
        for (int i = 0; i < results; i++)
        {
            outputs[i] = new GraphValue($"{operation}:{_values++}");
            node.Output.Add(outputs[i].Name);
        }

        _graph.Node.Add(node);
        return outputs;
    }

    /// <summary>The finished model as ONNX bytes; the same graph always gives the same bytes.</summary>
    public byte[] Build(params ReadOnlySpan<KeyValuePair<string, string>> properties)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = Name,
            ProducerVersion = Version,
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        };
        foreach ((string key, string value) in properties)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return model.ToByteArray();
    }

    private static bool Rename(Google.Protobuf.Collections.RepeatedField<string> names, string from, string to)
    {
        bool found = false;
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == from)
            {
                names[i] = to;
                found = true;
            }
        }

        return found;
    }

    private static ValueInfoProto Describe(string name, DataType type, ReadOnlySpan<OnnxDimension> shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() };
        foreach (OnnxDimension dimension in shape)
        {
            tensor.Shape.Dim.Add(dimension.ToProto());
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private GraphValue Constant(string key, Func<TensorProto> make)
    {
        if (!_constants.TryGetValue(key, out GraphValue value))
        {
            TensorProto tensor = make();
            tensor.Name = $"constant:{_constants.Count}";
            _graph.Initializer.Add(tensor);
            _constants[key] = value = new GraphValue(tensor.Name);
        }

        return value;
    }
}
