using Guardian.Models.Onnx;

namespace Guardian.Models.Training.Graph;

/// <summary>Adam (Kingma and Ba 2015, arXiv:1412.6980) as graph nodes, with two scalar inputs per step.</summary>
/// <remarks>
/// The graph keeps M = m / ((1 − β₁)·k) and V = v / ((1 − β₂)·k²), where k is the factor that its gradients lack. Then
/// p ← p − α·M / (√V + ε′), and learning rate, both bias corrections and k are all inside α and ε′ (<see cref="Scalars"/>).
/// </remarks>
internal static class AdamUpdate
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.999f;
    public const float Epsilon = 1e-8f;

    public const string StepSize = "adam.step";
    public const string Damping = "adam.damping";

    public static string FirstMoment(string parameter) => parameter + ".m";

    public static string SecondMoment(string parameter) => parameter + ".v";

    /// <summary>What a step's new value of an input is called among the outputs.</summary>
    public static string Next(string input) => input + ".next";

    /// <summary>Adds inputs for the moments and outputs for the new moments and parameters.</summary>
    public static void Write(
        GraphBuilder g, IReadOnlyList<ParameterSpec> specs, IReadOnlyDictionary<string, GraphValue> parameters, IReadOnlyDictionary<string, GraphValue> gradients)
    {
        GraphValue step = g.Input(StepSize, 1), damping = g.Input(Damping, 1);
        foreach (ParameterSpec spec in specs)
        {
            OnnxDimension[] shape = [.. spec.Dimensions.Select(d => (OnnxDimension)d)];
            GraphValue m = g.Input(FirstMoment(spec.Name), shape), v = g.Input(SecondMoment(spec.Name), shape);
            GraphValue gradient = gradients[spec.Name];
            GraphValue nextM = g.Plus(g.Times(m, g.Scalar(Beta1)), gradient);
            GraphValue nextV = g.Plus(g.Times(v, g.Scalar(Beta2)), g.Times(gradient, gradient));
            GraphValue move = g.Times(g.Over(nextM, g.Plus(g.Root(nextV), damping)), step);
            GraphValue next = g.Minus(parameters[spec.Name], move);
            g.Output(Next(FirstMoment(spec.Name)), nextM, shape);
            g.Output(Next(SecondMoment(spec.Name)), nextV, shape);
            g.Output(Next(spec.Name), next, shape);
        }
    }

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
}
