namespace Guardian.Models.Import;

/// <summary>What is known of a value before it is computed: the most it can be in each dimension, and its content where that is a short list of known numbers.</summary>
internal sealed record InferredValue(long[] Shape, double[]? Content = null)
{
    public bool IsScalarOrList => Shape.Length <= 1;
}
