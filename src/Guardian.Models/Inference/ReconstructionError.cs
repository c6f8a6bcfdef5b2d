using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>How badly the autoencoder reconstructs each place.</summary>
internal static class ReconstructionError
{
    /// <summary>Pixels a side of the window of which a place is the middle.</summary>
    private const int Window = 16;

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
