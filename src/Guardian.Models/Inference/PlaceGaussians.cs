namespace Guardian.Models.Inference;

/// <summary>A Gaussian over the features of each place.</summary>
/// <param name="Mean">[places, features].</param>
/// <param name="Whitening">
/// [places, packed lower triangle]: the inverse of the covariance's Cholesky factor. The root of the mean square of its product with a deviation is the Mahalanobis
/// distance, divided by the root of the number of features.
/// </param>
internal sealed record PlaceGaussians(float[] Mean, float[] Whitening)
{
    /// <summary>Values of a packed lower triangle, rows from the top.</summary>
    public const int Packed = FeatureGraph.Count * (FeatureGraph.Count + 1) / 2;

    /// <summary>The distance at each place.</summary>
    /// <param name="features">[places, features].</param>
    /// <param name="distances">[places].</param>
    public void Measure(ReadOnlySpan<float> features, Span<float> distances)
    {
        const int count = FeatureGraph.Count;
        Span<float> deviation = stackalloc float[count];
        for (int place = 0; place < distances.Length; place++)
        {
            int at = place * count;
            for (int i = 0; i < count; i++)
            {
                deviation[i] = features[at + i] - Mean[at + i];
            }

            float squares = 0;
            ReadOnlySpan<float> whitening = Whitening.AsSpan(place * Packed, Packed);
            for (int row = 0, start = 0; row < count; row++, start += row)
            {
                float sum = 0;
                for (int i = 0; i <= row; i++)
                {
                    sum += whitening[start + i] * deviation[i];
                }

                squares += sum * sum;
            }

            distances[place] = MathF.Sqrt(squares / count);
        }
    }
}
