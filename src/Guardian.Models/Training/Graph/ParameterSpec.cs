namespace Guardian.Models.Training.Graph;

/// <summary>One trained tensor: its name in every graph, its shape and how widely it is drawn at the start.</summary>
/// <param name="Name">Name of the graph input (training) or constant (inference).</param>
/// <param name="Dimensions">Shape, outermost first.</param>
/// <param name="InitialBound">Initial values are uniform in ± this.</param>
internal sealed record ParameterSpec(string Name, long[] Dimensions, double InitialBound)
{
    public long Length => Dimensions.Aggregate(1L, (product, d) => product * d);
}
