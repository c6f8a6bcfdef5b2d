using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>Writes a <see cref="NormalityModel"/> into the model's graph.</summary>
internal static class NormalityGraph
{
    /// <summary>What a condition's score rises by when the frame is not of that light: beyond every score.</summary>
    private const float Elsewhere = 1e6f;

    /// <summary>Those of the map, and the reconstruction.</summary>
    public const int PartCount = MapParts.Count + 1;

    /// <param name="g">To write into.</param>
    /// <param name="model">What is normal.</param>
    /// <param name="reconstruction">What reconstruction errors are normal, for each condition.</param>
    /// <param name="pixels">[1, 3, height, width] in 0 to 1.</param>
    /// <param name="errors">Of the reconstruction, [1, places].</param>
    /// <returns>
    /// The parts of the score on the common scale, [<see cref="PartCount"/>], and the map of places on the same scale, [1, places], both of the condition that finds the
    /// frame least strange among those that apply to it.
    /// </returns>
    public static (GraphValue Parts, GraphValue Map) Write(
        GraphBuilder g, NormalityModel model, IReadOnlyList<ReconstructionNorm> reconstruction, GraphValue pixels, GraphValue errors)
    {
        GraphValue features = FeatureGraph.Write(g, pixels);
        GraphValue places = FeatureGraph.ByPlace(g, features, model.Width, model.Height);
        GraphValue penalty = Penalty(g, model, FeatureGraph.WriteLight(g, features, model.Width, model.Height));
        GraphValue[] parts = new GraphValue[model.Conditions.Count], maps = new GraphValue[model.Conditions.Count];
        for (int k = 0; k < parts.Length; k++)
        {
            (parts[k], maps[k]) = Condition(g, model, reconstruction[k], k, places, errors);
        }

        if (parts.Length == 1)
        {
            return (g.Reshape(parts[0], PartCount), maps[0]);
        }

        GraphValue all = g.Add("Concat", parts, OnnxAttribute.Int("axis", 0));
        GraphValue scores = g.Plus(g.Add("ReduceMax", [all, g.Integers(1)], OnnxAttribute.Int("keepdims", 0)), penalty);
        GraphValue chosen = g.Add("ArgMin", [scores], OnnxAttribute.Int("axis", 0), OnnxAttribute.Int("keepdims", 1));
        GraphValue part = g.Reshape(g.Add("Gather", [all, chosen], OnnxAttribute.Int("axis", 0)), PartCount);
        return (part, g.Add("Gather", [g.Add("Concat", maps, OnnxAttribute.Int("axis", 0)), chosen], OnnxAttribute.Int("axis", 0)));
    }

    /// <summary>[conditions]: zero for those that apply.</summary>
    private static GraphValue Penalty(GraphBuilder g, NormalityModel model, GraphValue light)
    {
        GraphValue projected = model.Light.Write(g, "light", light);
        int conditions = model.Conditions.Count;
        GraphValue centres = g.Tensor("light.centres", [.. model.Conditions.SelectMany(c => c.Centre)], conditions, model.Light.Count);
        GraphValue difference = g.Minus(centres, projected);
        GraphValue distance = g.Root(g.Sum(g.Times(difference, difference), 1));
        GraphValue nearest = g.Add("ReduceMin", [distance, g.Integers(0)], OnnxAttribute.Int("keepdims", 1));
        GraphValue beyond = g.Relu(g.Minus(distance, g.Times(nearest, g.Scalar(NormalityModel.Ambiguity))));
        return g.Add("Min", [g.Times(beyond, g.Scalar(Elsewhere * Elsewhere)), g.Scalar(Elsewhere)]);
    }

    private static (GraphValue Parts, GraphValue Map) Condition(
        GraphBuilder g, NormalityModel model, ReconstructionNorm reconstruction, int index, GraphValue places, GraphValue errors)
    {
        NormalCondition condition = model.Conditions[index];
        PlaceGaussians gaussians = condition.Places;
        const int count = FeatureGraph.Count;
        int n = model.Places;
        string name = $"condition{index}";
        GraphValue deviation = g.Minus(places, g.Tensor($"{name}.mean", gaussians.Mean, n, count));
        GraphValue white = g.MatMul(g.Tensor($"{name}.whitening", Unpacked(gaussians.Whitening, n), n, count, count), g.Reshape(deviation, n, count, 1));
        GraphValue distance = g.Root(g.Mean(g.Times(white, white), 1, 2));
        GraphValue z = g.Over(
            g.Minus(g.Reshape(distance, 1, n), g.Tensor($"{name}.centre", condition.Norm.Centre, 1, n)), g.Tensor($"{name}.reach", condition.Norm.Reach, 1, n));
        GraphValue map = g.Reshape(z, 1, 1, model.Rows, model.Columns);
        GraphValue middle = g.Tensor($"{name}.middle", [.. condition.Scales.Select(s => s.Middle)], MapParts.Count);
        GraphValue range = g.Tensor($"{name}.range", [.. condition.Scales.Select(s => s.Limit - s.Middle)], MapParts.Count);
        GraphValue parts = g.Over(g.Minus(MapParts.Write(g, map, n), middle), range);
        ScoreScale located = condition.Scales[MapParts.Located];
        GraphValue smooth = g.Reshape(FeatureGraph.Smooth(g, map, MapParts.Windows[MapParts.Located]), 1, n);
        GraphValue shown = g.Over(g.Minus(smooth, g.Scalar(located.Middle)), g.Scalar(located.Limit - located.Middle));
        (GraphValue part, GraphValue unexpected) = Reconstructed(g, reconstruction, name, errors, n);
        return (g.Reshape(g.Add("Concat", [parts, part], OnnxAttribute.Int("axis", 0)), 1, PartCount), g.Add("Max", [shown, unexpected]));
    }

    /// <summary>The part of the reconstruction errors, [1], and their map on the common scale, [1, places].</summary>
    private static (GraphValue Part, GraphValue Map) Reconstructed(GraphBuilder g, ReconstructionNorm norm, string name, GraphValue errors, int places)
    {
        GraphValue z = g.Over(
            g.Minus(errors, g.Tensor($"{name}.error_centre", norm.Norm.Centre, 1, places)), g.Tensor($"{name}.error_reach", norm.Norm.Reach, 1, places));
        GraphValue standing = ReconstructionError.WriteStanding(g, z);
        GraphValue middle = g.Scalar(norm.Scale.Middle), range = g.Scalar(norm.Scale.Limit - norm.Scale.Middle);
        return (g.Over(g.Minus(MapParts.Top(g, standing, places, MapParts.Strongest), middle), range), g.Over(g.Minus(standing, middle), range));
    }

    private static float[] Unpacked(float[] packed, int places)
    {
        const int count = FeatureGraph.Count;
        float[] full = new float[places * count * count];
        for (int place = 0, from = 0; place < places; place++)
        {
            for (int row = 0; row < count; row++)
            {
                for (int column = 0; column <= row; column++)
                {
                    full[(((place * count) + row) * count) + column] = packed[from++];
                }
            }
        }

        return full;
    }
}
