using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>From a squared reconstruction error to one number: how strange are the strangest patches, for the place where they are.</summary>
/// <remarks>
/// <list type="number">
/// <item>patch error: the root of the mean squared error over 16×16 windows, one every 4 pixels and all channels;</item>
/// <item>z: (patch error − mean of that place) ÷ deviation of that place, both measured on normal frames the weights were not fitted on;</item>
/// <item>score: the mean of the 1 % largest z.</item>
/// </list>
/// The plain mean squared error of the frame would drown a person in the noise of everything else.
/// </remarks>
internal static class ScoringGraph
{
    public const int Window = 16;
    public const int Stride = 4;

    /// <summary>The share of patches whose mean is the score.</summary>
    public const double StrongestShare = 0.01;

    /// <summary>Rows and columns of the error map for a picture of <paramref name="size"/> pixels a side.</summary>
    public static int MapSize(int size) => ((size - Window) / Stride) + 1;

    /// <summary>How many patches the score averages.</summary>
    public static int StrongestCount(int map) => Math.Max(4, (int)Math.Ceiling(map * map * StrongestShare));

    /// <summary>[n, 3, size, size] squared errors to [n, map, map] patch errors, in the unit of pixel values (0 to 1).</summary>
    public static GraphValue PatchErrors(GraphBuilder g, GraphValue square)
    {
        GraphValue perPixel = g.Add("ReduceMean", [square, g.Integers(1)], OnnxAttribute.Int("keepdims", 1));
        GraphValue smooth = g.Add(
            "AveragePool", [perPixel], OnnxAttribute.Ints("kernel_shape", Window, Window), OnnxAttribute.Ints("strides", Stride, Stride));
        return g.Root(g.Add("Squeeze", [smooth, g.Integers(1)]));
    }

    /// <summary>[1, map, map] normalised errors to the score, [1].</summary>
    public static GraphValue Score(GraphBuilder g, GraphValue normalised, int map)
    {
        GraphValue[] strongest = g.AddMany("TopK", [g.Reshape(normalised, 1, map * map), g.Integers(StrongestCount(map))], 2, OnnxAttribute.Int("axis", 1));
        return g.Mean(strongest[0], 1);
    }
}
