using Google.Protobuf;
using Guardian.Models.Onnx;
using DataType = Guardian.Models.Onnx.TensorProto.Types.DataType;

namespace Guardian.Models.Tests.Support;

/// <summary>Small ONNX files, sound and hostile.</summary>
internal static class OnnxSamples
{
    /// <summary>A detector in small: convolution, sigmoid, resize, concatenation and reshape, with an input that is open in batch, height and width.</summary>
    public static ModelProto Detector()
    {
        ModelProto model = Model(
            Node("Conv", ["images", "w"], "c", OnnxAttribute.Ints("strides", 2, 2), OnnxAttribute.Ints("pads", 1, 1, 1, 1)),
            Node("Sigmoid", ["c"], "s"),
            Node("Mul", ["c", "s"], "m"),
            Node("Resize", ["m", "", "scales"], "r", OnnxAttribute.Text("mode", "nearest")),
            Node("Concat", ["r", "r"], "k", OnnxAttribute.Int("axis", 1)),
            Node("Shape", ["k"], "shape"),
            Node("Gather", ["shape", "zero"], "batch"),
            Node("Concat", ["batch", "tail"], "target", OnnxAttribute.Int("axis", 0)),
            Node("Reshape", ["k", "target"], "output0"));
        model.Graph.Input.Add(Value("images", DataType.Float, null, 3, null, null));
        model.Graph.Output.Add(Value("output0", DataType.Float, null, null, null));
        model.Graph.Initializer.Add(Floats("w", [.. Enumerable.Range(0, 4 * 3 * 9).Select(i => (float)Math.Sin(i))], 4, 3, 3, 3));
        model.Graph.Initializer.Add(Floats("scales", [1, 1, 2, 2], 4));
        model.Graph.Initializer.Add(Ints("zero", [0], 1));
        model.Graph.Initializer.Add(Ints("tail", [8, -1], 2));
        model.MetadataProps.Add(new StringStringEntryProto { Key = "names", Value = "{0: 'person'}" });
        return model;
    }

    /// <summary>One node from a picture of 8×8.</summary>
    public static ModelProto Single(NodeProto node, params TensorProto[] initializers)
    {
        ModelProto model = Model(node);
        model.Graph.Input.Add(Value("x", DataType.Float, 1, 3, 8, 8));
        model.Graph.Output.Add(Value(node.Output[0], DataType.Float));
        model.Graph.Initializer.AddRange(initializers);
        return model;
    }

    public static ModelProto Model(params NodeProto[] nodes)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "test", Graph = new GraphProto { Name = "g" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.Graph.Node.AddRange(nodes);
        return model;
    }

    public static NodeProto Node(string op, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Output = { output } };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static ValueInfoProto Value(string name, DataType type, params long?[] dimensions)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dimensions.Select((d, i) => d is { } size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new TensorShapeProto.Types.Dimension { DimParam = $"d{i}" }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    public static TensorProto Floats(string name, float[] values, params long[] dimensions)
    {
        byte[] raw = new byte[values.Length * 4];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        return new TensorProto { Name = name, DataType = (int)DataType.Float, Dims = { dimensions }, RawData = ByteString.CopyFrom(raw) };
    }

    public static TensorProto Ints(string name, long[] values, params long[] dimensions) => new() { Name = name, DataType = (int)DataType.Int64, Dims = { dimensions }, Int64Data = { values } };

    /// <summary>A field that the generated classes do not know, appended to a message.</summary>
    public static byte[] With(IMessage message, int field, byte[] content)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        message.WriteTo(output);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
        output.Flush();
        return bytes.ToArray();
    }
}
