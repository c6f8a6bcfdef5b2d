using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>A fixed bank of features that describe what the picture looks like at each place, little disturbed by how bright it is.</summary>
/// <remarks>
/// A place is a cell of 4×4 pixels of the network's input. Everything works on logarithms of brightness, in which more light is an addition that differences
/// do not see. Of each place: strength of edges toward the right, left, bottom and top at three scales (4, 8 and 16 pixels), brightness against the
/// surroundings (15×15 cells), brightness, and colour (three channels against their mean).
/// </remarks>
internal static class FeatureGraph
{
    /// <summary>Pixels a side of a cell.</summary>
    public const int Cell = 4;

    /// <summary>Features of a place.</summary>
    public const int Count = 17;

    /// <summary>The last features, brightness and colour, tell one kind of light from another.</summary>
    public const int FirstOfLight = 13;

    /// <summary>Rows and columns of the coarse grid on which the light is judged.</summary>
    public const int LightGrid = 4;

    /// <summary>Values that describe the light of a frame.</summary>
    public const int LightCount = LightGrid * LightGrid * (Count - FirstOfLight);

    public const string Pixels = "pixels";
    public const string Features = "features";
    public const string Light = "light";

    private const float Dark = 0.04f;
    private const float WeakEdge = 0.003f;
    private const int Surroundings = 15;

    /// <summary>The bank as a model of its own: training frames pass through it.</summary>
    public static byte[] Build(int width, int height)
    {
        var g = new GraphBuilder("features");
        GraphValue pixels = g.Input(Pixels, 1, 3, height, width);
        GraphValue features = Write(g, pixels);
        g.Output(Light, WriteLight(g, features, width, height), 1, LightCount);
        g.Output(Features, ByPlace(g, features, width, height), (width / Cell) * (height / Cell), Count);
        return g.Build();
    }

    /// <summary>[1, 3, height, width] in 0 to 1 to [1, <see cref="Count"/>, rows, columns].</summary>
    public static GraphValue Write(GraphBuilder g, GraphValue pixels)
    {
        // Brightness after ITU-R BT.601.
        GraphValue brightness = g.Add("Conv", [pixels, g.Tensor("brightness", [0.299f, 0.587f, 0.114f], 1, 3, 1, 1)]);
        GraphValue fine = Log(g, brightness), middle = Shrink(g, fine, 2), coarse = Shrink(g, fine, 4);
        GraphValue kernels = EdgeKernels(g);
        GraphValue[] edges = [Edges(g, fine, kernels, 4), Edges(g, middle, kernels, 2), Edges(g, coarse, kernels, 1)];
        GraphValue colours = Shrink(g, Log(g, pixels), Cell);
        GraphValue mean = g.Add("ReduceMean", [colours, g.Integers(1)], OnnxAttribute.Int("keepdims", 1));
        GraphValue local = g.Times(g.Minus(mean, Smooth(g, mean, Surroundings)), g.Scalar(0.7f));
        GraphValue bright = g.Times(mean, g.Scalar(0.5f)), colour = g.Times(g.Minus(colours, mean), g.Scalar(2));
        return g.Add("Concat", [.. edges, local, bright, colour], OnnxAttribute.Int("axis", 1));
    }

    /// <summary>The features' averages over a coarse grid, [1, <see cref="LightCount"/>].</summary>
    public static GraphValue WriteLight(GraphBuilder g, GraphValue features, int width, int height)
    {
        GraphValue light = g.Add("Slice", [features, g.Integers(FirstOfLight), g.Integers(Count), g.Integers(1)]);
        int rows = height / Cell / LightGrid, columns = width / Cell / LightGrid;
        GraphValue coarse = g.Add("AveragePool", [light], OnnxAttribute.Ints("kernel_shape", rows, columns), OnnxAttribute.Ints("strides", rows, columns));
        return g.Reshape(coarse, 1, LightCount);
    }

    /// <summary>[1, <see cref="Count"/>, rows, columns] to [places, <see cref="Count"/>], places row by row.</summary>
    public static GraphValue ByPlace(GraphBuilder g, GraphValue features, int width, int height) =>
        g.Transpose(g.Reshape(features, Count, (width / Cell) * (height / Cell)), 1, 0);

    /// <summary>The mean over windows of <paramref name="size"/> (odd), the border repeated.</summary>
    public static GraphValue Smooth(GraphBuilder g, GraphValue map, int size)
    {
        int border = size / 2;
        return g.Add("AveragePool", [Extend(g, map, border)], OnnxAttribute.Ints("kernel_shape", size, size), OnnxAttribute.Ints("strides", 1, 1));
    }

    private static GraphValue Log(GraphBuilder g, GraphValue value) => g.Add("Log", [g.Plus(value, g.Scalar(Dark))]);

    private static GraphValue Shrink(GraphBuilder g, GraphValue value, int factor) => factor == 1
        ? value
        : g.Add("AveragePool", [value], OnnxAttribute.Ints("kernel_shape", factor, factor), OnnxAttribute.Ints("strides", factor, factor));

    private static GraphValue Extend(GraphBuilder g, GraphValue map, int border) =>
        g.Add("Pad", [map, g.Integers(0, 0, border, border, 0, 0, border, border)], OnnxAttribute.Text("mode", "edge"));

    /// <summary>Central differences, each direction by itself: an edge that turned round is another edge.</summary>
    private static GraphValue EdgeKernels(GraphBuilder g)
    {
        float[] kernels = new float[4 * 9];
        (kernels[3], kernels[5]) = (-1, 1);
        (kernels[9 + 3], kernels[9 + 5]) = (1, -1);
        (kernels[18 + 1], kernels[18 + 7]) = (-1, 1);
        (kernels[27 + 1], kernels[27 + 7]) = (1, -1);
        return g.Tensor("edges", kernels, 4, 1, 3, 3);
    }

    private static GraphValue Edges(GraphBuilder g, GraphValue brightness, GraphValue kernels, int factor)
    {
        GraphValue edges = g.Relu(g.Add("Conv", [Extend(g, brightness, 1), kernels]));
        return g.Root(g.Plus(Shrink(g, edges, factor), g.Scalar(WeakEdge)));
    }
}
