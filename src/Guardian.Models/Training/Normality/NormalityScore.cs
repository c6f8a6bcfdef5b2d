using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>Computes in C# what the exported graph computes, so that each can be held against the other.</summary>
internal static class NormalityScore
{
    /// <param name="model">What is normal.</param>
    /// <param name="reconstruction">What reconstruction errors are normal, for each condition.</param>
    /// <param name="places">The frame's features, [places, features].</param>
    /// <param name="frameLight">Its coarse brightness and colour.</param>
    /// <param name="errors">Its reconstruction errors, row-major.</param>
    /// <returns>The parts, on the common scale.</returns>
    public static float[] Of(NormalityModel model, IReadOnlyList<ReconstructionNorm> reconstruction, float[] places, float[] frameLight, float[] errors)
    {
        float[] light = model.Light.Of(frameLight);
        float nearest = model.Conditions.Min(c => LightClusters.Distance(c.Centre, light));
        return model.Conditions.Index()
            .Where(c => LightClusters.Distance(c.Item.Centre, light) <= NormalityModel.Ambiguity * nearest)
            .Select(c => Parts(model, c.Item, reconstruction[c.Index], places, errors)).MinBy(p => p.Max())!;
    }

    private static float[] Parts(NormalityModel model, NormalCondition condition, ReconstructionNorm reconstruction, float[] features, float[] errors)
    {
        float[] distances = new float[model.Places], z = new float[model.Places];
        condition.Places.Measure(features, distances);
        condition.Norm.Apply(distances, z);
        IEnumerable<float> parts = MapParts.Of(z, model.Rows, model.Columns).Select((v, p) => condition.Scales[p].Of(v));
        reconstruction.Norm.Apply(errors, z);
        return [.. parts, reconstruction.Scale.Of(ReconstructionFit.Part(z))];
    }
}
