using System.Globalization;
using Guardian.Models.Onnx;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;

namespace Guardian.Models.Inference;

/// <summary>The model that is shipped: preprocessing, the trained network, what is normal, and the threshold in one file.</summary>
internal static class InferenceGraph
{
    public const string Score = "score";
    public const string Threshold = "threshold";
    public const string Parts = "parts";
    public const string ErrorMap = "error_map";
    public const string Reconstruction = "reconstruction";

    /// <summary>Version of inputs and outputs: <c>guardian.format</c>.</summary>
    public const string Format = "2";

    /// <summary>Where the common scale puts the limit of every part.</summary>
    public const float Limit = 1;

    public static byte[] Build(
        AutoencoderShape trained, Background background, IReadOnlyDictionary<string, float[]> parameters, IReadOnlyList<ReconstructionNorm> reconstruction,
        NormalityModel normality)
    {
        AutoencoderShape shape = trained with { Batch = 1 };
        var g = new GraphBuilder("guardian-anomaly");
        GraphValue pixels = PreprocessingGraph.Write(g, shape.Width, shape.Height);
        var constants = new Dictionary<string, GraphValue>();
        foreach (ParameterSpec spec in ParameterLayout.Of(shape))
        {
            constants[spec.Name] = g.Tensor(spec.Name, parameters[spec.Name], spec.Dimensions);
        }

        var forward = new ForwardPass(g, shape, constants, pixels, background);
        GraphValue difference = g.Minus(forward.Reconstruction, pixels);
        GraphValue errors = ReconstructionError.Write(g, g.Times(difference, difference), 1, normality.Places);
        (GraphValue parts, GraphValue map) = NormalityGraph.Write(g, normality, reconstruction, pixels, errors);
        g.Output(Score, g.Add("ReduceMax", [parts, g.Integers(0)], OnnxAttribute.Int("keepdims", 1)), 1);
        g.Output(Threshold, g.Add("Identity", [g.Tensor("alarm_threshold", [Limit], 1)]), 1);
        g.Output(Parts, g.Add("Identity", [parts]), NormalityGraph.PartCount);
        g.Output(ErrorMap, g.Reshape(map, normality.Rows, normality.Columns), normality.Rows, normality.Columns);
        g.Output(Reconstruction, g.Reshape(forward.Reconstruction, shape.Channels[0], shape.Height, shape.Width), shape.Channels[0], shape.Height, shape.Width);
        return g.Build(
            new("guardian.threshold", Limit.ToString("R", CultureInfo.InvariantCulture)),
            new("guardian.input_width", shape.Width.ToString(CultureInfo.InvariantCulture)),
            new("guardian.input_height", shape.Height.ToString(CultureInfo.InvariantCulture)),
            new("guardian.format", Format));
    }
}
