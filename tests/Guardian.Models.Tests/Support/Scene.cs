using Guardian.Shared.Imaging;

namespace Guardian.Models.Tests.Support;

/// <summary>
/// A yard as a fixed camera sees it: sky, house, fence, gravel; light that changes over the day in strength and colour, a shadow that moves with it,
/// a tree that sways, and sensor noise.
/// </summary>
internal sealed class Scene(int width, int height)
{
    private const int GravelSeed = 11;
    private readonly float[] _gravel = Texture(width, height);

    public int Width => width;

    public int Height => height;

    /// <summary>A normal frame.</summary>
    /// <param name="daylight">0 (morning) to 1 (evening).</param>
    /// <param name="seed">Of noise and wind.</param>
    public RgbImage Frame(double daylight, int seed)
    {
        var random = new Random(seed);
        double light = 0.45 + (0.55 * Math.Sin(Math.PI * daylight));
        double warmth = 0.12 * Math.Abs(daylight - 0.5);
        double shadow = 0.25 + (0.5 * daylight), wind = (random.NextDouble() - 0.5) * 0.02;
        byte[] pixels = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (double r, double g, double b) = Surface((double)x / width, (double)y / height, wind, _gravel[(y * width) + x]);
                double lit = light * ((double)x / width < shadow && (double)y / height > 0.55 ? 0.75 : 1);
                int i = ((y * width) + x) * 3;
                pixels[i] = Sensor(r * lit * (1 + warmth), random);
                pixels[i + 1] = Sensor(g * lit, random);
                pixels[i + 2] = Sensor(b * lit * (1 - warmth), random);
            }
        }

        return new RgbImage(width, height, pixels);
    }

    public static byte[] Jpeg(RgbImage image) => JpegEncoder.Encode(image, 85);

    /// <summary>JPEG files of normal frames spread over the day.</summary>
    public byte[][] NormalDay(int frames, int seed) =>
        [.. Enumerable.Range(0, frames).Select(i => Jpeg(Frame((i + 0.5) / frames, seed + i)))];

    /// <summary>The same with a person-sized figure (6 % × 20 % of the picture) in varying places and clothes.</summary>
    public byte[][] DayWithPeople(int frames, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, frames).Select(i =>
        {
            RgbImage image = Frame((i + 0.5) / frames, seed + 5000 + i);
            Intruder.Paste(image, random, 0.06, 0.20);
            return Jpeg(image);
        })];
    }

    private static (double R, double G, double B) Surface(double x, double y, double wind, float gravel)
    {
        double tree = Math.Pow((x - 0.85 - wind) / 0.12, 2) + Math.Pow((y - 0.3) / 0.22, 2);
        return (x, y) switch
        {
            _ when tree < 1 => (50 + (gravel * 30), 90 + (gravel * 40), 45),
            (> 0.15 and < 0.55, > 0.18 and < 0.55) => House(x, y),
            (_, < 0.4) => (150 + (60 * y), 180 + (40 * y), 220),
            (_, < 0.55) => ((int)(x * 40) % 2 == 0 ? 120 : 95, 85, 60),
            _ => (130 + (gravel * 40), 125 + (gravel * 40), 115 + (gravel * 40)),
        };
    }

    private static (double R, double G, double B) House(double x, double y)
    {
        bool window = (x is > 0.22 and < 0.3 or > 0.4 and < 0.48) && y is > 0.25 and < 0.38;
        return window ? (60, 70, 90) : (190, 170, 140);
    }

    private static byte Sensor(double value, Random random) =>
        (byte)Math.Clamp(value + ((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 6), 0, 255);

    private static float[] Texture(int width, int height)
    {
        var random = new Random(GravelSeed);
        float[] texture = new float[width * height];
        for (int i = 0; i < texture.Length; i++)
        {
            texture[i] = (random.NextSingle() * 2) - 1;
        }

        return texture;
    }
}
