using Guardian.Models.Onnx;

namespace Guardian.Models.Training.Graph;

/// <summary>The gradients of a batch as one ONNX graph: forward, loss and backward. Parameters go in, their gradients come out.</summary>
internal sealed class TrainingGraph
{
    public const string Images = "images";
    public const string Loss = "loss";

    /// <summary>What the gradient of a parameter is called among the outputs.</summary>
    public static string Gradient(string parameter) => parameter + ".gradient";

    /// <param name="shape">Size of network and batch.</param>
    /// <param name="background">Of the frames to be trained on.</param>
    public TrainingGraph(AutoencoderShape shape, Background background)
    {
        Shape = shape;
        Parameters = ParameterLayout.Of(shape);
        var g = new GraphBuilder("autoencoder-step");
        GraphValue images = g.Input(Images, shape.Batch, shape.Channels[0], shape.Height, shape.Width);
        Dictionary<string, GraphValue> parameters = Inputs(g, Parameters);
        var forward = new ForwardPass(g, shape, parameters, images, background);
        GraphValue difference = g.Minus(forward.Reconstruction, images);
        g.Output(Loss, MeanSquare(g, difference));
        var backward = new BackwardPass(g, shape, parameters, forward, difference);
        foreach (ParameterSpec spec in Parameters)
        {
            g.Output(Gradient(spec.Name), backward.Gradients[spec.Name], [.. spec.Dimensions.Select(d => (OnnxDimension)d)]);
        }

        Model = g.Build();
    }

    public AutoencoderShape Shape { get; }

    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>The ONNX bytes.</summary>
    public byte[] Model { get; }

    /// <summary>The factor 2/N of the mean squared error's derivative, which the graph's gradients lack.</summary>
    public double GradientScale => 2.0 / (Shape.Batch * Shape.PixelsPerImage);

    /// <summary>Declares every parameter as an input of its own name.</summary>
    public static Dictionary<string, GraphValue> Inputs(GraphBuilder g, IReadOnlyList<ParameterSpec> specs)
    {
        var inputs = new Dictionary<string, GraphValue>();
        foreach (ParameterSpec spec in specs)
        {
            inputs[spec.Name] = g.Input(spec.Name, [.. spec.Dimensions.Select(d => (OnnxDimension)d)]);
        }

        return inputs;
    }

    private GraphValue MeanSquare(GraphBuilder g, GraphValue difference)
    {
        // Axis by axis: one reduction over millions of floats is off by 1e-4.
        GraphValue rows = g.Add("ReduceSumSquare", [difference, g.Integers(3)], OnnxAttribute.Int("keepdims", 0));
        GraphValue total = g.Sum(g.Sum(rows, 2), 0, 1);
        return g.Times(total, g.Scalar(1f / (Shape.Batch * Shape.PixelsPerImage)));
    }
}
