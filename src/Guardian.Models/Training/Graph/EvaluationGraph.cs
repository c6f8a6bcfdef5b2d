using Guardian.Models.Inference;
using Guardian.Models.Onnx;

namespace Guardian.Models.Training.Graph;

/// <summary>The forward pass on a batch with the parameters still as inputs: how well are frames reconstructed that were not trained on.</summary>
internal static class EvaluationGraph
{
    /// <summary>Output [batch]: mean squared error of each picture.</summary>
    public const string Error = "error";

    /// <summary>Output [batch, places]: the errors that the exported model normalises into its score.</summary>
    public const string PatchErrors = "patch_errors";

    public static byte[] Build(AutoencoderShape shape, Background background)
    {
        var g = new GraphBuilder("autoencoder-evaluation");
        GraphValue images = g.Input(TrainingGraph.Images, shape.Batch, shape.Channels[0], shape.Height, shape.Width);
        Dictionary<string, GraphValue> parameters = TrainingGraph.Inputs(g, ParameterLayout.Of(shape));
        var forward = new ForwardPass(g, shape, parameters, images, background);
        GraphValue difference = g.Minus(forward.Reconstruction, images);
        GraphValue square = g.Times(difference, difference);
        g.Output(Error, g.Mean(g.Mean(square, 3), 1, 2), shape.Batch);
        g.Output(PatchErrors, ReconstructionError.Write(g, square, shape.Batch, shape.Places), shape.Batch, shape.Places);
        return g.Build();
    }
}
