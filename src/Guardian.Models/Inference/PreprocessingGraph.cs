using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>From camera pixels to network input, in the graph itself, so that no edge has to imitate it.</summary>
/// <remarks>
/// The picture is resized by two matrix products with triangle-filter weights (bilinear with antialiasing, as Pillow's BILINEAR computes it). The weights
/// come from the frame's own size by elementary arithmetic. The Resize operator would be shorter, but its antialias mode is new in opset 18 and
/// runtimes differ in it; without antialiasing, small changes of position would look like changes of the scene.
/// </remarks>
internal static class PreprocessingGraph
{
    /// <summary>Parts in which each axis is resized.</summary>
    private const int Bands = 8;

    /// <summary>Input uint8 [height, width, 3], RGB.</summary>
    public const string Image = "image";

    /// <summary>Output of the preprocessing alone: float [1, 3, height, width] in 0 to 1.</summary>
    public const string Pixels = "pixels";

    /// <summary>The preprocessing as a model of its own; training frames pass through it.</summary>
    public static byte[] Build(int width, int height)
    {
        var g = new GraphBuilder("preprocessing");
        g.Output(Pixels, Write(g, width, height), 1, 3, height, width);
        return g.Build();
    }

    /// <summary>Declares the input and returns float [1, 3, height, width] in 0 to 1.</summary>
    public static GraphValue Write(GraphBuilder g, int width, int height)
    {
        GraphValue image = g.ByteInput(Image, "height", "width", 3);
        GraphValue shape = g.Add("Shape", [image]);

        // Rows first: [height, width × 3] needs no transposition and is the larger half of the work.
        GraphValue shorter = Filter(g, shape, axis: 0, height, sourceFirst: false, (weights, start, end) =>
            g.MatMul(weights, g.Reshape(Cast(g, g.Add("Slice", [image, start, end, g.Integers(0)])), 0, -1)));
        GraphValue planes = g.Transpose(g.Reshape(shorter, height, -1, 3), 2, 0, 1);
        GraphValue small = Filter(g, shape, axis: 1, width, sourceFirst: true, (weights, start, end) =>
            g.MatMul(g.Add("Slice", [planes, start, end, g.Integers(2)]), weights));
        GraphValue scaled = g.Times(small, g.Scalar(1f / 255));
        return g.Add("Unsqueeze", [scaled, g.Integers(0)]);
    }

    /// <summary>
    /// Weights of the triangle filter: 1 − |source centre − target centre| ÷ support, at least 0, normalised to a sum of 1; support is one target
    /// pixel, or one source pixel when enlarging. [size, source], or [source, size] when <paramref name="sourceFirst"/>.
    /// </summary>
    /// <remarks>
    /// All but a few weights of a target pixel are zero, so the targets are taken in <see cref="Bands"/> bands, each multiplied with the part of the source that
    /// it reaches alone: a fifth of the work.
    /// </remarks>
    private static GraphValue Filter(
        GraphBuilder g, GraphValue shape, long axis, int size, bool sourceFirst, Func<GraphValue, GraphValue, GraphValue, GraphValue> multiply)
    {
        GraphValue length = Cast(g, g.Add("Gather", [shape, g.Index(axis)], OnnxAttribute.Int("axis", 0)));
        GraphValue scale = g.Over(length, g.Scalar(size));
        GraphValue support = g.Add("Max", [scale, g.Scalar(1)]);
        GraphValue source = g.Plus(g.Add("Range", [g.Scalar(0), length, g.Scalar(1)]), g.Scalar(0.5f));
        GraphValue target = g.Times(Centres(g, size, axis, sourceFirst), scale);
        source = g.Add("Unsqueeze", [source, g.Integers(sourceFirst ? 1 : 0)]);
        GraphValue distance = g.Over(g.Add("Abs", [g.Minus(source, target)]), support);
        GraphValue weights = g.Relu(g.Minus(g.Scalar(1), distance));
        GraphValue sum = g.Add("ReduceSum", [weights, g.Integers(sourceFirst ? 0 : 1)], OnnxAttribute.Int("keepdims", 1));
        weights = g.Over(weights, sum);
        var bands = new GraphValue[Bands];
        for (int band = 0; band < Bands; band++)
        {
            int first = band * size / Bands, end = (band + 1) * size / Bands;

            // Half a pixel more on either side than the filter reaches, for the sake of rounding.
            GraphValue reach = g.Plus(support, g.Scalar(0.5f));
            GraphValue from = g.Add("Max", [g.Add("Floor", [g.Minus(g.Times(scale, g.Scalar(first + 0.5f)), reach)]), g.Scalar(0)]);
            GraphValue to = g.Add("Min", [g.Add("Ceil", [g.Plus(g.Times(scale, g.Scalar(end - 0.5f)), reach)]), length]);
            (GraphValue start, GraphValue stop) = (Position(g, from), Position(g, to));
            GraphValue part = sourceFirst
                ? g.Add("Slice", [g.Add("Slice", [weights, g.Integers(first), g.Integers(end), g.Integers(1)]), start, stop, g.Integers(0)])
                : g.Add("Slice", [g.Add("Slice", [weights, g.Integers(first), g.Integers(end), g.Integers(0)]), start, stop, g.Integers(1)]);
            bands[band] = multiply(part, start, stop);
        }

        return g.Add("Concat", bands, OnnxAttribute.Int("axis", sourceFirst ? 2 : 0));
    }

    /// <summary>A scalar as the one-element list of integers that Slice wants.</summary>
    private static GraphValue Position(GraphBuilder g, GraphValue value) =>
        g.Add("Cast", [g.Reshape(value, 1)], OnnxAttribute.Int("to", (long)TensorProto.Types.DataType.Int64));

    private static GraphValue Centres(GraphBuilder g, int size, long axis, bool sourceFirst)
    {
        float[] centres = new float[size];
        for (int i = 0; i < size; i++)
        {
            centres[i] = i + 0.5f;
        }

        return sourceFirst ? g.Tensor($"centres{axis}", centres, 1, size) : g.Tensor($"centres{axis}", centres, size, 1);
    }

    private static GraphValue Cast(GraphBuilder g, GraphValue value) =>
        g.Add("Cast", [value], OnnxAttribute.Int("to", (long)TensorProto.Types.DataType.Float));
}
