namespace Guardian.Models.Training.Graph;

/// <summary>The trained tensors of an autoencoder, in a fixed order.</summary>
/// <remarks>
/// Initial bounds follow He et al. 2015 (arXiv:1502.01852), sqrt(6 / inputs) before a ReLU. A stride-2 transposed convolution adds about a quarter of its
/// kernel's taps into each place, hence the 9/4 there.
/// </remarks>
internal static class ParameterLayout
{
    private const double BiasBound = 0.02;
    private const double Taps = 9;

    public static string EncoderWeight(int layer) => $"encoder{layer}.weight";

    public static string EncoderBias(int layer) => $"encoder{layer}.bias";

    public static string DecoderWeight(int layer) => $"decoder{layer}.weight";

    public static string DecoderBias(int layer) => $"decoder{layer}.bias";

    public const string SqueezeWeight = "squeeze.weight";
    public const string SqueezeBias = "squeeze.bias";
    public const string ExpandWeight = "expand.weight";
    public const string ExpandBias = "expand.bias";

    public static IReadOnlyList<ParameterSpec> Of(AutoencoderShape shape)
    {
        var all = new List<ParameterSpec>();
        for (int i = 0; i < shape.Layers; i++)
        {
            int reads = shape.Channels[i], writes = shape.Channels[i + 1];
            all.Add(new(EncoderWeight(i), [writes, reads, 3, 3], Math.Sqrt(6 / (reads * Taps))));
            all.Add(new(EncoderBias(i), [writes], BiasBound));
        }

        all.Add(new(SqueezeWeight, [shape.Flat, shape.Latent], Math.Sqrt(3.0 / shape.Flat)));
        all.Add(new(SqueezeBias, [shape.Latent], BiasBound));
        all.Add(new(ExpandWeight, [shape.Latent, shape.Flat], Math.Sqrt(6.0 / shape.Latent)));
        all.Add(new(ExpandBias, [shape.Flat], BiasBound));
        for (int i = 0; i < shape.Layers; i++)
        {
            (int reads, int writes) = shape.Decoder(i);
            all.Add(new(DecoderWeight(i), [reads, writes, 3, 3], Math.Sqrt(6 / (reads * Taps / 4))));
            all.Add(new(DecoderBias(i), [writes], BiasBound));
        }

        return all;
    }

    /// <summary>Draws initial values; the same seed gives the same values.</summary>
    public static Dictionary<string, float[]> Draw(AutoencoderShape shape, int seed)
    {
        var random = new Random(seed);
        var values = new Dictionary<string, float[]>();
        foreach (ParameterSpec spec in Of(shape))
        {
            float[] tensor = new float[spec.Length];
            for (int i = 0; i < tensor.Length; i++)
            {
                tensor[i] = (float)(((random.NextDouble() * 2) - 1) * spec.InitialBound);
            }

            values[spec.Name] = tensor;
        }

        return values;
    }
}
