namespace Guardian.Models.Training.Graph;

/// <summary>
/// The size of an autoencoder: 3×3 stride-2 convolutions, a latent vector, and the mirror image of both. Tensors are NCHW, 32-bit floats.
/// </summary>
/// <param name="Batch">Pictures per run; fixed, because a fixed shape lets the runtime plan its memory once.</param>
/// <param name="Size">Width and height of a picture, a multiple of two to the power of <see cref="Layers"/>.</param>
/// <param name="Latent">Length of the latent vector.</param>
/// <param name="Channels">Channels of the picture, then of each encoder layer's result.</param>
internal sealed record AutoencoderShape(int Batch, int Size, int Latent, IReadOnlyList<int> Channels)
{
    /// <summary>The network that is trained for cameras.</summary>
    public static AutoencoderShape Standard(int batch, int size, int latent) => new(batch, size, latent, [3, 16, 32, 64, 64]);

    public int Layers => Channels.Count - 1;

    /// <summary>Width and height of the innermost feature map.</summary>
    public int Bottom => Size >> Layers;

    /// <summary>Values of the innermost feature map.</summary>
    public long Flat => (long)Channels[Layers] * Bottom * Bottom;

    public long PixelsPerImage => (long)Channels[0] * Size * Size;

    /// <summary>Channels that decoder layer <paramref name="layer"/> reads and writes.</summary>
    public (int Reads, int Writes) Decoder(int layer) => (Channels[Layers - layer], Channels[Layers - layer - 1]);
}
