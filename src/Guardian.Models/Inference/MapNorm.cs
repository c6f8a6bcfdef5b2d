namespace Guardian.Models.Inference;

/// <summary>What values of a map are normal at each place: z = (value − centre) ÷ reach is about 0 as a rule and 1 for the strangest that is still normal there.</summary>
/// <param name="Centre">[places].</param>
/// <param name="Reach">[places], above zero.</param>
internal sealed record MapNorm(float[] Centre, float[] Reach)
{
    public void Apply(ReadOnlySpan<float> values, Span<float> z)
    {
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = (values[i] - Centre[i]) / Reach[i];
        }
    }
}
