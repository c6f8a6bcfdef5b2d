using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>How badly the autoencoder reconstructs each place.</summary>
internal static class ReconstructionError
{
    /// <summary>Pixels a side of the window of which a place is the middle.</summary>
    private const int Window = 16;

    /// <summary>Deviations are never taken to be smaller than this, in units of reach: a calm frame has no outstanding places.</summary>
    private const float LeastSpread = 0.5f;

    /// <summary>
    /// How far each place stands out from the frame's own places, [1, places]: an unusual light is reconstructed badly everywhere, and judging that is not the
    /// autoencoder's part.
    /// </summary>
    public static GraphValue WriteStanding(GraphBuilder g, GraphValue z)
    {
        GraphValue difference = g.Minus(z, g.Add("ReduceMean", [z, g.Integers(1)], OnnxAttribute.Int("keepdims", 1)));
        GraphValue variance = g.Add("ReduceMean", [g.Times(difference, difference), g.Integers(1)], OnnxAttribute.Int("keepdims", 1));
        return g.Over(difference, g.Plus(g.Root(variance), g.Scalar(LeastSpread)));
    }

    /// <summary>The same in place.</summary>
    public static void Stand(Span<float> z)
    {
        double sum = 0, squares = 0;
        foreach (float value in z)
        {
            sum += value;
            squares += (double)value * value;
        }

        double mean = sum / z.Length, spread = Math.Sqrt(Math.Max(0, (squares / z.Length) - (mean * mean))) + LeastSpread;
        foreach (ref float value in z)
        {
            value = (float)((value - mean) / spread);
        }
    }

    /// <summary>
    /// [n, 3, height, width] squared errors to [n, rows × columns]: the root of their mean over all channels and over 16×16 pixels about each cell, in the unit
    /// of pixel values (0 to 1).
    /// </summary>
    public static GraphValue Write(GraphBuilder g, GraphValue square, int images, int places)
    {
        const int border = (Window - FeatureGraph.Cell) / 2;
        GraphValue perPixel = g.Add("ReduceMean", [square, g.Integers(1)], OnnxAttribute.Int("keepdims", 1));
        GraphValue smooth = g.Add(
            "AveragePool",
            [perPixel],
            OnnxAttribute.Ints("kernel_shape", Window, Window),
            OnnxAttribute.Ints("strides", FeatureGraph.Cell, FeatureGraph.Cell),
            OnnxAttribute.Ints("pads", border, border, border, border));
        return g.Reshape(g.Root(smooth), images, places);
    }
}
