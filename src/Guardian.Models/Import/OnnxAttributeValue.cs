namespace Guardian.Models.Import;

/// <summary>An attribute of a node.</summary>
internal sealed record OnnxAttributeValue(string Name, long Int, double Float, string Text, long[] Ints, double[] Floats, OnnxTensor? Tensor);
