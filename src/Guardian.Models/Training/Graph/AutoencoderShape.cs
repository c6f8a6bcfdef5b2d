using Guardian.Models.Inference;

namespace Guardian.Models.Training.Graph;

/// <summary>
/// The size of an autoencoder: 3×3 stride-2 convolutions, a latent vector, and the mirror image of both. Tensors are NCHW, 32-bit floats.
/// </summary>
/// <param name="Batch">Pictures per run; fixed, because a fixed shape lets the runtime plan its memory once.</param>
/// <param name="Width">Of a picture in pixels, a multiple of two to the power of <see cref="Layers"/>.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Latent">Length of the latent vector.</param>
/// <param name="Channels">Channels of the picture, then of each encoder layer's result.</param>
internal sealed record AutoencoderShape(int Batch, int Width, int Height, int Latent, IReadOnlyList<int> Channels)
{
    /// <summary>The network that is trained for cameras.</summary>
    public static AutoencoderShape Of(TrainingOptions options, int batch) =>
        new(batch, options.InputWidth, options.InputHeight, options.LatentSize, [3, 16, 32, 64, .. Enumerable.Repeat(64, options.Blocks - 3)]);

    public int Layers => Channels.Count - 1;

    /// <summary>Width of the innermost feature map.</summary>
    public int BottomWidth => Width >> Layers;

    /// <summary>Height of the innermost feature map.</summary>
    public int BottomHeight => Height >> Layers;

    /// <summary>Values of the innermost feature map.</summary>
    public long Flat => (long)Channels[Layers] * BottomWidth * BottomHeight;

    /// <summary>Places that are judged by themselves.</summary>
    public int Places => Width / FeatureGraph.Cell * (Height / FeatureGraph.Cell);

    public long PixelsPerImage => (long)Channels[0] * Width * Height;

    /// <summary>Channels that decoder layer <paramref name="layer"/> reads and writes.</summary>
    public (int Reads, int Writes) Decoder(int layer) => (Channels[Layers - layer], Channels[Layers - layer - 1]);
}
