using Google.Protobuf;
using Guardian.Models.Onnx;

namespace Guardian.Analysis.Tests;

/// <summary>
/// Small detection models: the output is a constant times the brightest value of the input, so a frame with a white pixel gives exactly the constant and a
/// black one, unless it is padded, gives nothing.
/// </summary>
internal static class TestGraph
{
    public static byte[] Build(float[] values, long[] outputShape, long[]? inputShape = null, string? names = null, TensorProto.Types.DataType input = TensorProto.Types.DataType.Float)
    {
        var graph = new GraphProto { Name = "detector" };
        graph.Input.Add(Value("images", inputShape ?? [1, 3, 64, 64], input));
        graph.Output.Add(Value("output0", outputShape, TensorProto.Types.DataType.Float));
        var constant = new TensorProto { Name = "boxes", DataType = (int)TensorProto.Types.DataType.Float };
        constant.Dims.Add(outputShape);
        constant.FloatData.Add(values);
        graph.Initializer.Add(constant);
        string source = "images";
        if (input != TensorProto.Types.DataType.Float)
        {
            graph.Node.Add(Node("Cast", ["images"], "floats", new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (int)TensorProto.Types.DataType.Float }));
            source = "floats";
        }

        graph.Node.Add(Node("ReduceMax", [source], "brightest", new AttributeProto { Name = "keepdims", Type = AttributeProto.Types.AttributeType.Int, I = 0 }));
        graph.Node.Add(Node("Mul", ["boxes", "brightest"], "output0"));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        if (names is not null)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = "names", Value = names });
        }

        return model.ToByteArray();
    }

    /// <summary>[1, 4 + classes, N]: each box is centre x, centre y, width, height and a confidence per class.</summary>
    public static byte[] Raw(float[][] boxes, string? names = null, long[]? inputShape = null)
    {
        int rows = boxes[0].Length;
        float[] values = new float[rows * boxes.Length];
        for (int i = 0; i < boxes.Length; i++)
        {
            for (int r = 0; r < rows; r++)
            {
                values[(r * boxes.Length) + i] = boxes[i][r];
            }
        }

        return Build(values, [1, rows, boxes.Length], inputShape, names);
    }

    /// <summary>[1, N, 6]: each box is left, top, right, bottom, confidence, class.</summary>
    public static byte[] EndToEnd(float[][] boxes, string? names = null) => Build([.. boxes.SelectMany(b => b)], [1, boxes.Length, 6], names: names);

    private static NodeProto Node(string type, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        return node;
    }

    private static ValueInfoProto Value(string name, long[] shape, TensorProto.Types.DataType type)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() };
        foreach (long side in shape)
        {
            tensor.Shape.Dim.Add(side < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "any" } : new TensorShapeProto.Types.Dimension { DimValue = side });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
