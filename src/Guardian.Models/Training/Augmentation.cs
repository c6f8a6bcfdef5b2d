namespace Guardian.Models.Training;

/// <summary>Frames as the same camera could have taken them: a little lighter or darker, warmer or colder, shaken by a pixel or two, with other noise.</summary>
/// <remarks>What a frame becomes follows from seed, epoch and frame alone, so that a training that goes on after a kill sees the same.</remarks>
internal sealed class Augmentation
{
    private const int NoiseLength = 1 << 16, Shift = 2;
    private const float Exposure = 0.08f, Colour = 0.02f, Noise = 0.008f;

    private readonly int _width;
    private readonly int _height;
    private readonly int _seed;
    private readonly float[] _noise = new float[NoiseLength];

    public Augmentation(int width, int height, int seed)
    {
        (_width, _height, _seed) = (width, height, seed);
        var random = new Random(seed);
        for (int i = 0; i < NoiseLength; i++)
        {
            // A sum of three has nearly the shape of sensor noise and deviation 1.
            _noise[i] = 2 * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * Noise;
        }
    }

    /// <param name="from">[3, height, width] in 0 to 1.</param>
    /// <param name="to">Likewise.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="frame">The frame's number.</param>
    public void Apply(ReadOnlySpan<float> from, Span<float> to, int epoch, int frame)
    {
        var random = new Random(HashCode(_seed, epoch, frame));
        float exposure = 1 + (Exposure * ((random.NextSingle() * 2) - 1));
        int right = random.Next(-Shift, Shift + 1), down = random.Next(-Shift, Shift + 1);
        for (int channel = 0; channel < 3; channel++)
        {
            float gain = exposure * (1 + (Colour * ((random.NextSingle() * 2) - 1)));
            for (int y = 0; y < _height; y++)
            {
                int source = ((channel * _height) + Math.Clamp(y - down, 0, _height - 1)) * _width, target = ((channel * _height) + y) * _width;
                int noise = random.Next(NoiseLength - _width);
                for (int x = 0; x < _width; x++)
                {
                    to[target + x] = Math.Clamp((from[source + Math.Clamp(x - right, 0, _width - 1)] * gain) + _noise[noise + x], 0, 1);
                }
            }
        }
    }

    /// <summary>Not <see cref="System.HashCode"/>, whose values differ from process to process.</summary>
    private static int HashCode(int seed, int epoch, int frame) => unchecked((((seed * 16_777_619) ^ epoch) * 16_777_619) ^ frame);
}
