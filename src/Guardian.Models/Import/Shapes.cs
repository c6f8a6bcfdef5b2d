namespace Guardian.Models.Import;

/// <summary>Arithmetic of shapes that cannot overflow.</summary>
internal static class Shapes
{
    /// <summary>The number of elements.</summary>
    /// <exception cref="OnnxRefusedException">A dimension is negative, or together they are over the limit.</exception>
    public static long Elements(IReadOnlyList<long> shape, int elementSize, string what)
    {
        if (shape.Count > OnnxLimits.Rank)
        {
            throw new OnnxRefusedException($"{what}: {shape.Count} dimensions, at most {OnnxLimits.Rank} are taken");
        }

        long most = OnnxLimits.ValueBytes / elementSize, elements = 1;
        bool isEmpty = shape.Contains(0);
        foreach (long dimension in shape)
        {
            if (dimension < 0 || dimension > most)
            {
                throw new OnnxRefusedException($"{what}: a dimension is {dimension}; it must be from 0 to {most}");
            }

            // An empty tensor with otherwise huge dimensions is still a bomb for what follows it.
            elements *= isEmpty && dimension == 0 ? 1 : dimension;
            if (elements > most)
            {
                throw new OnnxRefusedException($"{what}: {string.Join('x', shape)} elements are more than {OnnxLimits.ValueBytes} bytes");
            }
        }

        return isEmpty ? 0 : elements;
    }

    /// <summary>The shape of an operation element by element (https://onnx.ai/onnx/repo-docs/Broadcasting.html). Sizes are upper bounds, so unequal ones are not an error here.</summary>
    public static long[] Broadcast(long[] left, long[] right)
    {
        long[] shape = new long[Math.Max(left.Length, right.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            shape[^i] = Math.Max(i <= left.Length ? left[^i] : 1, i <= right.Length ? right[^i] : 1);
        }

        return shape;
    }
}
