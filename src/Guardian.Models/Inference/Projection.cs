using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>A description reduced to few numbers: (value − mean) ÷ scale, times the axes.</summary>
/// <param name="Mean">[n].</param>
/// <param name="Scale">[n].</param>
/// <param name="Axes">[n, k], row-major.</param>
internal sealed record Projection(float[] Mean, float[] Scale, float[] Axes)
{
    /// <summary>Numbers that it gives.</summary>
    public int Count => Axes.Length / Mean.Length;

    public float[] Of(ReadOnlySpan<float> values, float bound = float.PositiveInfinity)
    {
        float[] result = new float[Count];
        for (int i = 0; i < Mean.Length; i++)
        {
            float value = (values[i] - Mean[i]) / Scale[i];
            for (int k = 0; k < result.Length; k++)
            {
                result[k] += value * Axes[(i * result.Length) + k];
            }
        }

        for (int k = 0; k < result.Length; k++)
        {
            result[k] = Math.Clamp(result[k], -bound, bound);
        }

        return result;
    }

    /// <summary>[1, n] to [1, k].</summary>
    public GraphValue Write(GraphBuilder g, string name, GraphValue values)
    {
        int inputs = Mean.Length;
        GraphValue standard = g.Over(g.Minus(values, g.Tensor($"{name}.mean", Mean, 1, inputs)), g.Tensor($"{name}.scale", Scale, 1, inputs));
        return g.MatMul(standard, g.Tensor($"{name}.axes", Axes, inputs, Count));
    }
}
