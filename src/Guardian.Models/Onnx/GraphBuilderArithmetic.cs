namespace Guardian.Models.Onnx;

/// <summary>The everyday operators by name, so that the graphs read like the formulas they are.</summary>
internal static class GraphBuilderArithmetic
{
    public static GraphValue Plus(this GraphBuilder g, GraphValue a, GraphValue b) => g.Add("Add", [a, b]);

    public static GraphValue Minus(this GraphBuilder g, GraphValue a, GraphValue b) => g.Add("Sub", [a, b]);

    public static GraphValue Times(this GraphBuilder g, GraphValue a, GraphValue b) => g.Add("Mul", [a, b]);

    public static GraphValue Over(this GraphBuilder g, GraphValue a, GraphValue b) => g.Add("Div", [a, b]);

    public static GraphValue Root(this GraphBuilder g, GraphValue a) => g.Add("Sqrt", [a]);

    public static GraphValue Relu(this GraphBuilder g, GraphValue a) => g.Add("Relu", [a]);

    public static GraphValue MatMul(this GraphBuilder g, GraphValue a, GraphValue b) => g.Add("MatMul", [a, b]);

    public static GraphValue Reshape(this GraphBuilder g, GraphValue a, params long[] shape) => g.Add("Reshape", [a, g.Integers(shape)]);

    public static GraphValue Transpose(this GraphBuilder g, GraphValue a, params ReadOnlySpan<long> order) =>
        g.Add("Transpose", [a], OnnxAttribute.Ints("perm", order));

    /// <summary>Sums over <paramref name="axes"/>, which disappear.</summary>
    public static GraphValue Sum(this GraphBuilder g, GraphValue a, params long[] axes) =>
        g.Add("ReduceSum", [a, g.Integers(axes)], OnnxAttribute.Int("keepdims", 0));

    /// <summary>Averages over <paramref name="axes"/>, which disappear.</summary>
    public static GraphValue Mean(this GraphBuilder g, GraphValue a, params long[] axes) =>
        g.Add("ReduceMean", [a, g.Integers(axes)], OnnxAttribute.Int("keepdims", 0));
}
