using System.Globalization;
using Guardian.Models.Onnx;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;

namespace Guardian.Models.Inference;

/// <summary>The model that is shipped: preprocessing, the trained network, scoring and the threshold in one file.</summary>
internal static class InferenceGraph
{
    public const string Score = "score";
    public const string Threshold = "threshold";
    public const string ErrorMap = "error_map";
    public const string Reconstruction = "reconstruction";

    public static byte[] Build(
        AutoencoderShape trained, Background background, IReadOnlyDictionary<string, float[]> parameters, PatchStatistics statistics, double threshold)
    {
        AutoencoderShape shape = trained with { Batch = 1 };
        int map = ScoringGraph.MapSize(shape.Size);
        var g = new GraphBuilder("guardian-autoencoder");
        GraphValue pixels = PreprocessingGraph.Write(g, shape.Size);
        var constants = new Dictionary<string, GraphValue>();
        foreach (ParameterSpec spec in ParameterLayout.Of(shape))
        {
            constants[spec.Name] = g.Tensor(spec.Name, parameters[spec.Name], spec.Dimensions);
        }

        var forward = new ForwardPass(g, shape, constants, pixels, background);
        GraphValue difference = g.Minus(forward.Reconstruction, pixels);
        GraphValue errors = ScoringGraph.PatchErrors(g, g.Times(difference, difference));
        GraphValue normalised = g.Over(
            g.Minus(errors, g.Tensor("normal_mean", statistics.Mean, map, map)), g.Tensor("normal_deviation", statistics.Deviation, map, map));
        GraphValue score = ScoringGraph.Score(g, normalised, map);
        g.Output(Score, score, 1);
        g.Output(Threshold, g.Add("Identity", [g.Tensor("alarm_threshold", [(float)threshold], 1)]), 1);
        g.Output(ErrorMap, g.Reshape(normalised, map, map), map, map);
        g.Output(Reconstruction, g.Reshape(forward.Reconstruction, shape.Channels[0], shape.Size, shape.Size), shape.Channels[0], shape.Size, shape.Size);
        return g.Build(
            new("guardian.threshold", ((float)threshold).ToString("R", CultureInfo.InvariantCulture)),
            new("guardian.input_size", shape.Size.ToString(CultureInfo.InvariantCulture)),
            new("guardian.format", "1"));
    }
}
