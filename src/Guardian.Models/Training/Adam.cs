using System.Numerics;
using System.Runtime.InteropServices;

namespace Guardian.Models.Training;

/// <summary>Adam (Kingma and Ba 2015, arXiv:1412.6980) over vectors.</summary>
/// <remarks>
/// M = m / ((1 − β₁)·k) and V = v / ((1 − β₂)·k²) are kept, where k is the factor that the graph's gradients lack. Then
/// p ← p − α·M / (√V + ε′), and learning rate, both bias corrections and k are all inside α and ε′ (<see cref="Scalars"/>).
/// </remarks>
internal static class Adam
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.999f;
    public const float Epsilon = 1e-8f;

    /// <summary>
    /// Moments below this become zero. Where a ReLU stays closed they would decay into denormal numbers, which slow every operation on them many times over.
    /// </summary>
    private const float Negligible = 1e-30f;

    public static string FirstMoment(string parameter) => parameter + ".m";

    public static string SecondMoment(string parameter) => parameter + ".v";

    /// <summary>α and ε′ of a step.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="gradientScale">k: what a graph gradient is to be multiplied by to be the true one.</param>
    public static (float Step, float Damping) Scalars(int step, double learningRate, double gradientScale)
    {
        double correction1 = 1 - Math.Pow(Beta1, step), correction2 = 1 - Math.Pow(Beta2, step);
        double root = Math.Sqrt(1 - (double)Beta2) * gradientScale / Math.Sqrt(correction2);
        return ((float)(learningRate * (1 - (double)Beta1) * gradientScale / correction1 / root), (float)(Epsilon / root));
    }

    /// <summary>Updates moments and parameters of equal length.</summary>
    public static void Apply(Span<float> parameters, Span<float> first, Span<float> second, ReadOnlySpan<float> gradients, float step, float damping)
    {
        Span<Vector<float>> p = MemoryMarshal.Cast<float, Vector<float>>(parameters), m = MemoryMarshal.Cast<float, Vector<float>>(first), v = MemoryMarshal.Cast<float, Vector<float>>(second);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradients);
        Vector<float> beta1 = new(Beta1), beta2 = new(Beta2), steps = new(step), dampings = new(damping), negligible = new(Negligible);
        for (int i = 0; i < g.Length; i++)
        {
            Vector<float> nextM = (m[i] * beta1) + g[i], nextV = (v[i] * beta2) + (g[i] * g[i]);
            m[i] = nextM = Vector.ConditionalSelect(Vector.GreaterThan(Vector.Abs(nextM), negligible), nextM, Vector<float>.Zero);
            v[i] = nextV = Vector.ConditionalSelect(Vector.GreaterThan(nextV, negligible), nextV, Vector<float>.Zero);
            p[i] -= nextM / (Vector.SquareRoot(nextV) + dampings) * steps;
        }

        for (int i = g.Length * Vector<float>.Count; i < gradients.Length; i++)
        {
            float nextM = (first[i] * Beta1) + gradients[i], nextV = (second[i] * Beta2) + (gradients[i] * gradients[i]);
            first[i] = nextM = MathF.Abs(nextM) > Negligible ? nextM : 0;
            second[i] = nextV = nextV > Negligible ? nextV : 0;
            parameters[i] -= nextM / (MathF.Sqrt(nextV) + damping) * step;
        }
    }
}
