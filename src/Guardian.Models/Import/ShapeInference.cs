namespace Guardian.Models.Import;

/// <summary>
/// Follows a graph from its inputs to its outputs and bounds every value before anything is computed: its size in each dimension, all of them together, and the multiplications. Only operators with a rule are taken, so what
/// cannot be bounded is refused by name.
/// </summary>
internal sealed partial class ShapeInference
{
    /// <summary>Values are counted as eight bytes an element, the widest number there is.</summary>
    private const int ElementBytes = 8;

    /// <summary>Operators of ONNX Runtime's own domain that quantised files have and that are as bounded as those of the default domain.</summary>
    private static readonly HashSet<string> RuntimeOperators =
        ["QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearConcat", "QLinearAveragePool", "QLinearGlobalAveragePool", "QGemm", "FusedConv", "Gelu", "QuickGelu", "BiasGelu"];

    private readonly OnnxFile _file;
    private readonly Dictionary<string, InferredValue> _values = new(StringComparer.Ordinal);
    private long _bytes, _multiplications;

    private ShapeInference(OnnxFile file) => _file = file;

    /// <summary>Checks a graph.</summary>
    /// <param name="file">The file.</param>
    /// <param name="inputs">The shape that each input is computed with, open dimensions filled in.</param>
    /// <returns>Bytes of all values, and of the largest two together, which live at the same time.</returns>
    /// <exception cref="OnnxRefusedException">Something is not bounded, or over a bound.</exception>
    public static long Check(OnnxFile file, IReadOnlyDictionary<string, long[]> inputs)
    {
        var inference = new ShapeInference(file);
        inference.Run(inputs);
        return inference._bytes;
    }

    private static OnnxRefusedException Refused(OnnxNode node, string reason) => new($"{node.Title} ({(node.Outputs.Count > 0 ? node.Outputs[0] : "")}): {reason}");

    private void Run(IReadOnlyDictionary<string, long[]> inputs)
    {
        foreach (OnnxTensor tensor in _file.Initializers)
        {
            Define(tensor.Name, new InferredValue(tensor.Dimensions, tensor.Values));
        }

        foreach ((string name, long[] shape) in inputs)
        {
            Shapes.Elements(shape, ElementBytes, $"input {name}");
            Define(name, new InferredValue(shape));
        }

        foreach (OnnxNode node in _file.Nodes)
        {
            Run(node);
        }

        if (_file.Outputs.FirstOrDefault(o => !_values.ContainsKey(o.Name)) is { } missing)
        {
            throw new OnnxRefusedException($"output {missing.Name}: nothing computes it");
        }
    }

    private void Run(OnnxNode node)
    {
        if (node.Domain.Length > 0 && !(node.Domain == "com.microsoft" && RuntimeOperators.Contains(node.Operator)))
        {
            throw Refused(node, "operators of this domain are not taken");
        }

        if (node.Outputs.All(o => o.Length == 0))
        {
            throw Refused(node, "it has no output");
        }

        // Nodes are sorted by the format's own rule, so a value that is not there yet would be a circle.
        InferredValue?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : _values.TryGetValue(i, out InferredValue? v) ? v : throw Refused(node, $"its input {i} is computed by no node before it"))];
        InferredValue[] results = Infer(node, inputs);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i].Length > 0)
            {
                InferredValue result = results[Math.Min(i, results.Length - 1)];
                _bytes += Shapes.Elements(result.Shape, ElementBytes, node.Title) * ElementBytes;
                Define(node.Outputs[i], result);
            }
        }

        if (_bytes > OnnxLimits.AllValueBytes)
        {
            throw Refused(node, $"all values together are more than {OnnxLimits.AllValueBytes} bytes");
        }
    }

    private void Define(string name, InferredValue value)
    {
        if (name.Length == 0 || !_values.TryAdd(name, value))
        {
            throw new OnnxRefusedException($"value '{name}': it is there twice, or has no name");
        }
    }

    private void Count(OnnxNode node, long elements, long each)
    {
        // Both are below 2^31, so the product fits.
        _multiplications += elements * Math.Min(each, int.MaxValue);
        if (_multiplications > OnnxLimits.Multiplications || _multiplications < 0)
        {
            throw Refused(node, $"the file needs more than {OnnxLimits.Multiplications} multiplications for one frame");
        }
    }

    private static InferredValue Need(OnnxNode node, InferredValue?[] inputs, int index) =>
        index < inputs.Length && inputs[index] is { } value ? value : throw Refused(node, $"input {index} is missing");

    /// <summary>A list that sizes follow from: it must be known now.</summary>
    private static double[] Known(OnnxNode node, InferredValue?[] inputs, int index) =>
        Need(node, inputs, index).Content ?? throw Refused(node, $"its output's size follows from input {index}, which is not known before it runs");

    private static long Whole(OnnxNode node, double value) => Math.Abs(value) <= 1L << 53 && Math.Floor(value) == value ? (long)value : throw Refused(node, $"{value} is not a size");

    private static int Axis(OnnxNode node, long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw Refused(node, $"axis {axis} is not one of {rank}");
}
