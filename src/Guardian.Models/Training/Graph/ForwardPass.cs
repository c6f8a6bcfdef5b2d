using Guardian.Models.Onnx;

namespace Guardian.Models.Training.Graph;

/// <summary>
/// The network itself. Training, validation and the exported model all write it through this one class, so they compute the same function.
/// </summary>
/// <remarks>
/// The network reads the difference from the mean training frame, and its last layer adds to that frame's logit before the sigmoid: it spends its few
/// training steps on what changes in the scene instead of on painting the scene.
/// </remarks>
internal sealed class ForwardPass
{
    private readonly GraphBuilder _g;
    private readonly AutoencoderShape _shape;
    private readonly IReadOnlyDictionary<string, GraphValue> _parameters;

    public ForwardPass(
        GraphBuilder g, AutoencoderShape shape, IReadOnlyDictionary<string, GraphValue> parameters, GraphValue images, Background background)
    {
        (_g, _shape, _parameters) = (g, shape, parameters);
        GraphValue mean = Constant("background.mean", background.Mean), logit = Constant("background.logit", background.Logit);
        Encoded = Encode(g.Times(g.Minus(images, mean), g.Scalar(background.Gain)));
        Flattened = g.Reshape(Encoded[^1], shape.Batch, shape.Flat);
        Latent = Linear(Flattened, ParameterLayout.SqueezeWeight, ParameterLayout.SqueezeBias);
        GraphValue expanded = g.Relu(Linear(Latent, ParameterLayout.ExpandWeight, ParameterLayout.ExpandBias));
        Decoded = Decode(g.Reshape(expanded, shape.Batch, shape.Channels[^1], shape.BottomHeight, shape.BottomWidth), logit);
    }

    /// <summary>The scaled differences from the mean, then each encoder layer's result after its ReLU.</summary>
    public GraphValue[] Encoded { get; }

    /// <summary>The innermost feature map as [batch, flat].</summary>
    public GraphValue Flattened { get; }

    /// <summary>[batch, latent].</summary>
    public GraphValue Latent { get; }

    /// <summary>What each decoder layer reads; the last is the reconstruction.</summary>
    public GraphValue[] Decoded { get; }

    /// <summary>[batch, 3, height, width] in 0 to 1.</summary>
    public GraphValue Reconstruction => Decoded[^1];

    /// <summary>The strides and padding of every convolution.</summary>
    public static Onnx.AttributeProto[] Halving() => [OnnxAttribute.Ints("strides", 2, 2), OnnxAttribute.Ints("pads", 1, 1, 1, 1)];

    /// <summary>The same for transposed convolutions, which double the size.</summary>
    public static Onnx.AttributeProto[] Doubling() => [.. Halving(), OnnxAttribute.Ints("output_padding", 1, 1)];

    private GraphValue Constant(string name, float[] frame) => _g.Tensor(name, frame, 1, _shape.Channels[0], _shape.Height, _shape.Width);

    private GraphValue[] Encode(GraphValue input)
    {
        var values = new GraphValue[_shape.Layers + 1];
        values[0] = input;
        for (int i = 0; i < _shape.Layers; i++)
        {
            GraphValue weight = _parameters[ParameterLayout.EncoderWeight(i)], bias = _parameters[ParameterLayout.EncoderBias(i)];
            values[i + 1] = _g.Relu(_g.Add("Conv", [values[i], weight, bias], Halving()));
        }

        return values;
    }

    private GraphValue Linear(GraphValue x, string weight, string bias) => _g.Add("Gemm", [x, _parameters[weight], _parameters[bias]]);

    private GraphValue[] Decode(GraphValue first, GraphValue logit)
    {
        var values = new GraphValue[_shape.Layers + 1];
        values[0] = first;
        for (int i = 0; i < _shape.Layers; i++)
        {
            GraphValue weight = _parameters[ParameterLayout.DecoderWeight(i)], bias = _parameters[ParameterLayout.DecoderBias(i)];
            GraphValue sum = _g.Add("ConvTranspose", [values[i], weight, bias], Doubling());
            values[i + 1] = i < _shape.Layers - 1 ? _g.Relu(sum) : _g.Add("Sigmoid", [_g.Plus(sum, logit)]);
        }

        return values;
    }
}
