using System.Runtime.InteropServices;
using Google.Protobuf;
using Guardian.Models.Onnx;
using DataType = Guardian.Models.Onnx.TensorProto.Types.DataType;

namespace Guardian.Models.Inference;

/// <summary>Makes a model file smaller: weights of the network in 8 bits, all other large constants in 16.</summary>
/// <remarks>
/// Every row of a weight along its first axis has a scale of its own, largest magnitude ÷ 127, and no offset. The runtime computes in 32 bits as before (weight-only
/// quantisation), so an edge saves the transfer, not time.
/// </remarks>
internal static class ReducedPrecision
{
    /// <summary>Smaller constants are not worth a node.</summary>
    private const int MinValues = 1024;

    private const int Levels = 127;

    public static byte[] Of(ReadOnlyMemory<byte> onnx)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(onnx.Span);
        var nodes = new List<NodeProto>();
        foreach (TensorProto tensor in model.Graph.Initializer.ToArray())
        {
            if (tensor.DataType == (int)DataType.Float && tensor.RawData.Length >= MinValues * sizeof(float))
            {
                nodes.Add(tensor.Name.EndsWith(".weight", StringComparison.Ordinal) ? Quantise(model.Graph, tensor) : Halve(tensor));
            }
        }

        // Before whatever reads them: nodes are in the order in which they can run.
        NodeProto[] rest = [.. model.Graph.Node];
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(nodes);
        model.Graph.Node.AddRange(rest);
        return model.ToByteArray();
    }

    private static NodeProto Quantise(GraphProto graph, TensorProto tensor)
    {
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span);
        int rows = (int)tensor.Dims[0], length = values.Length / rows;
        float[] scales = new float[rows];
        sbyte[] quantised = new sbyte[values.Length];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> line = values.Slice(row * length, length);
            float largest = 0;
            foreach (float value in line)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            scales[row] = Math.Max(largest, float.Epsilon * (1 << 20)) / Levels;
            for (int i = 0; i < length; i++)
            {
                quantised[(row * length) + i] = (sbyte)Math.Clamp(MathF.Round(line[i] / scales[row]), -Levels, Levels);
            }
        }

        string name = tensor.Name;
        tensor.Name = name + ".int8";
        tensor.DataType = (int)DataType.Int8;
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(quantised.AsSpan()));
        graph.Initializer.Add(new TensorProto { Name = name + ".scale", DataType = (int)DataType.Float, Dims = { rows }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(scales.AsSpan())) });
        return new NodeProto
        {
            OpType = "DequantizeLinear",
            Name = name + ".dequantise",
            Input = { tensor.Name, name + ".scale" },
            Output = { name },
            Attribute = { OnnxAttribute.Int("axis", 0) },
        };
    }

    private static NodeProto Halve(TensorProto tensor)
    {
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span);
        var halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++)
        {
            // A reach or centre beyond the type's largest value would become infinite.
            halves[i] = (Half)Math.Clamp(values[i], -65_000, 65_000);
        }

        string name = tensor.Name;
        tensor.Name = name + ".half";
        tensor.DataType = (int)DataType.Float16;
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan()));
        return new NodeProto
        {
            OpType = "Cast",
            Name = name + ".widen",
            Input = { tensor.Name },
            Output = { name },
            Attribute = { OnnxAttribute.Int("to", (long)DataType.Float) },
        };
    }
}
