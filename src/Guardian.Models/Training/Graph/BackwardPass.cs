using Guardian.Models.Onnx;

namespace Guardian.Models.Training.Graph;

/// <summary>
/// The gradient of the loss for every parameter, written out operator by operator (ONNX has no automatic differentiation).
/// </summary>
/// <remarks>
/// The loss is the mean squared error over all N values. Gradients here lack its factor 2/N, which <see cref="Adam"/> puts into two scalars: one
/// multiplication per step instead of one per weight. Steps, from the loss inward:
/// <list type="number">
/// <item>sigmoid: diff × (s − s²);</item>
/// <item>decoder layers: bias, kernel, input (a plain convolution is the transpose of a transposed one), ReLU;</item>
/// <item>the two linear layers;</item>
/// <item>encoder layers: bias, kernel, and the input by a transposed convolution.</item>
/// </list>
/// </remarks>
internal sealed class BackwardPass
{
    private readonly GraphBuilder _g;
    private readonly AutoencoderShape _shape;
    private readonly IReadOnlyDictionary<string, GraphValue> _parameters;
    private readonly ForwardPass _forward;
    private readonly UnfoldedColumns _columns;

    public BackwardPass(
        GraphBuilder g, AutoencoderShape shape, IReadOnlyDictionary<string, GraphValue> parameters, ForwardPass forward, GraphValue difference)
    {
        (_g, _shape, _parameters, _forward) = (g, shape, parameters, forward);
        _columns = new UnfoldedColumns(g, shape.Batch);
        GraphValue s = forward.Reconstruction;
        GraphValue gradient = g.Times(difference, g.Minus(s, g.Times(s, s)));
        gradient = Decoder(gradient);
        gradient = Linear(gradient);
        Encoder(gradient);
    }

    /// <summary>By parameter name, each in its parameter's shape, without the factor 2/N.</summary>
    public Dictionary<string, GraphValue> Gradients { get; } = [];

    private GraphValue Decoder(GraphValue gradient)
    {
        (int width, int height) = (_shape.Width / 2, _shape.Height / 2);
        for (int i = _shape.Layers - 1; i >= 0; i--, width /= 2, height /= 2)
        {
            (int reads, int writes) = _shape.Decoder(i);
            string weight = ParameterLayout.DecoderWeight(i);
            Gradients[ParameterLayout.DecoderBias(i)] = _g.Sum(gradient, 0, 2, 3);
            GraphValue columns = _columns.Of(gradient, writes, width * height);
            Gradients[weight] = _columns.KernelGradient(columns, _forward.Decoded[i], reads, writes, width * height);

            // The same columns serve the convolution that carries the gradient inward.
            GraphValue kernel = _g.Reshape(_parameters[weight], reads, writes * 9);
            GraphValue input = _g.Reshape(_g.MatMul(kernel, columns), _shape.Batch, reads, height, width);
            gradient = ThroughRelu(input, _forward.Decoded[i]);
        }

        return gradient;
    }

    private GraphValue Linear(GraphValue gradient)
    {
        GraphValue expanded = _g.Reshape(gradient, _shape.Batch, _shape.Flat);
        Gradients[ParameterLayout.ExpandBias] = _g.Sum(expanded, 0);
        Gradients[ParameterLayout.ExpandWeight] = _g.Add("Gemm", [_forward.Latent, expanded], OnnxAttribute.Int("transA", 1));
        GraphValue latent = _g.Add("Gemm", [expanded, _parameters[ParameterLayout.ExpandWeight]], OnnxAttribute.Int("transB", 1));
        Gradients[ParameterLayout.SqueezeBias] = _g.Sum(latent, 0);
        Gradients[ParameterLayout.SqueezeWeight] = _g.Add("Gemm", [_forward.Flattened, latent], OnnxAttribute.Int("transA", 1));
        GraphValue flat = _g.Add("Gemm", [latent, _parameters[ParameterLayout.SqueezeWeight]], OnnxAttribute.Int("transB", 1));
        GraphValue map = _g.Reshape(flat, _shape.Batch, _shape.Channels[^1], _shape.BottomHeight, _shape.BottomWidth);
        return ThroughRelu(map, _forward.Encoded[^1]);
    }

    private void Encoder(GraphValue gradient)
    {
        int places = _shape.BottomWidth * _shape.BottomHeight;
        for (int i = _shape.Layers - 1; i >= 0; i--, places *= 4)
        {
            int reads = _shape.Channels[i], writes = _shape.Channels[i + 1];
            string weight = ParameterLayout.EncoderWeight(i);
            Gradients[ParameterLayout.EncoderBias(i)] = _g.Sum(gradient, 0, 2, 3);
            GraphValue columns = _columns.Of(_forward.Encoded[i], reads, places);
            Gradients[weight] = _columns.KernelGradient(columns, gradient, writes, reads, places);
            if (i > 0)
            {
                GraphValue input = _g.Add("ConvTranspose", [gradient, _parameters[weight]], ForwardPass.Doubling());
                gradient = ThroughRelu(input, _forward.Encoded[i]);
            }
        }
    }

    /// <summary>Zero where the ReLU was closed. A HardSigmoid this steep is 0 for 0 and 1 above, and 3 to 6 times as fast as Greater and Where.</summary>
    private GraphValue ThroughRelu(GraphValue gradient, GraphValue activation) =>
        _g.Times(gradient, _g.Add("HardSigmoid", [activation], OnnxAttribute.Float("alpha", 1e30f), OnnxAttribute.Float("beta", 0)));
}
