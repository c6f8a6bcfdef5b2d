using Guardian.Shared.Imaging;

namespace Guardian.SceneSets;

/// <summary>From surfaces and light to a JPEG file: lighting, weather, lens, sensor and compression.</summary>
internal sealed class Camera(Stage stage, int quality)
{
    private const int NoiseLength = 1 << 18;
    private static readonly float[] Noise = Gaussian();

    /// <summary>What the lamps give each pixel at a strength of 1.</summary>
    private readonly float[] _lamps = LampLight(stage);

    public static float Linear(byte value) => MathF.Pow(value / 255f, 2.2f) * 255;

    /// <summary>A picture that was exposed already, compressed again with a little noise.</summary>
    public static byte[] Develop(Picture picture, Random random, int quality)
    {
        byte[] pixels = new byte[picture.Width * picture.Height * 3];
        int noise = random.Next(NoiseLength);
        for (int i = 0; i < pixels.Length; i++)
        {
            float coded = 255 * MathF.Pow(Math.Clamp(picture.Planes[i % 3][i / 3] / 255, 0, 1), 1 / 2.2f);
            pixels[i] = (byte)Math.Clamp(coded + Noise[(noise + i) % NoiseLength] + 0.5f, 0, 255);
        }

        return JpegEncoder.Encode(new RgbImage(picture.Width, picture.Height, pixels), quality);
    }

    /// <summary>What the sensor sees before its noise.</summary>
    /// <param name="surfaces">The stage with everything that stands in it.</param>
    /// <param name="at">The moment.</param>
    /// <param name="random">Of gusts.</param>
    public Picture Light(Picture surfaces, Conditions at, Random random)
    {
        Picture lit = at.Wind > 0.05 && !stage.Indoor ? Swayed(surfaces, at.Wind, random) : surfaces.Clone();
        double sun = at.Light * (1 - (0.8 * at.Cloud)), sky = stage.Indoor ? 0.05 + (0.25 * at.Light) : at.Light - (0.65 * sun);
        double warmth = 0.25 * Math.Abs(at.Sun - 0.5) * (1 - at.Cloud);
        float red = (float)(1 + warmth), blue = (float)(1 - warmth);
        double lamp = stage.Indoor ? 0.5 : at.Light < 0.15 ? 0.055 : 0;
        double moon = at.Night ? 0.006 : 0;
        for (int y = 0; y < stage.Height; y++)
        {
            for (int x = 0; x < stage.Width; x++)
            {
                double direct = stage.Indoor ? 0 : sun * (InShadow(x, y, at) ? 0.12 : 0.65);
                float own = (float)lamp * _lamps[(y * stage.Width) + x];
                float white = (float)(direct + sky + moon);
                lit.Scale(x, y, (white * red) + (own * 1.08f), white + own, (white * blue) + (own * 0.8f));
            }
        }

        return lit;
    }

    /// <summary>Exposes, adds weather, lens and noise, and compresses.</summary>
    public byte[] Expose(Picture lit, Conditions at, Random random, double blur = 0, double gain = 1)
    {
        // Automatic exposure follows the mean, not wholly, and with a step of its own.
        double mean = lit.Planes[1].Average(), wanted = 46 / Math.Max(mean, 0.35);
        double exposure = Math.Clamp(Math.Pow(wanted, 0.85), 0.5, 40) * (0.95 + (0.1 * random.NextDouble())) * gain;
        bool infrared = at.Night && !stage.Indoor;
        Picture shot = lit;
        if (at.Rain > 0 && !stage.Indoor)
        {
            Rain(shot, at.Rain, mean, random);
        }

        if (blur > 0)
        {
            shot.Blur(blur);
        }

        shot = shot.Moved((random.NextDouble() - 0.5) * 0.9, (random.NextDouble() - 0.5) * 0.9, 0, 1);
        double sensor = 0.8 + (0.35 * Math.Sqrt(exposure));
        byte[] pixels = new byte[shot.Width * shot.Height * 3];
        for (int y = 0; y < shot.Height; y++)
        {
            int noise = random.Next(NoiseLength - (3 * shot.Width));
            for (int x = 0; x < shot.Width; x++)
            {
                int at1 = (y * shot.Width) + x;
                float r = shot.Planes[0][at1], g = shot.Planes[1][at1], b = shot.Planes[2][at1];
                if (infrared)
                {
                    r = g = b = (0.35f * r) + (0.5f * g) + (0.15f * b);
                }

                float grain = Noise[noise + x];
                pixels[at1 * 3] = Sensor(r, exposure, sensor, infrared ? grain : Noise[noise + (3 * x)]);
                pixels[(at1 * 3) + 1] = Sensor(g, exposure, sensor, infrared ? grain : Noise[noise + (3 * x) + 1]);
                pixels[(at1 * 3) + 2] = Sensor(b, exposure, sensor, infrared ? grain : Noise[noise + (3 * x) + 2]);
            }
        }

        return JpegEncoder.Encode(new RgbImage(shot.Width, shot.Height, pixels), quality);
    }

    private static byte Sensor(float light, double exposure, double noise, float draw)
    {
        // Highlights are compressed rather than cut off.
        float v = MathF.Max(0, light * (float)exposure / 255);
        float coded = 255 * MathF.Pow(v > 0.7f ? 0.7f + (0.3f * (1 - MathF.Exp((0.7f - v) / 0.3f))) : v, 1 / 2.2f);
        return (byte)Math.Clamp(coded + (draw * (float)noise) + 0.5f, 0, 255);
    }

    private static float[] Gaussian()
    {
        var random = new Random(7);
        float[] values = new float[NoiseLength];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    private static float[] LampLight(Stage stage)
    {
        float[] light = new float[stage.Width * stage.Height];
        foreach ((double lx, double ly, double radius) in stage.Lamps)
        {
            for (int y = 0; y < stage.Height; y++)
            {
                for (int x = 0; x < stage.Width; x++)
                {
                    double d = (Math.Pow(x - lx, 2) + Math.Pow((y - ly) * 0.7, 2)) / (radius * radius);
                    light[(y * stage.Width) + x] += (float)(1 / (1 + (d * 1.3)));
                }
            }
        }

        return light;
    }

    private static void Rain(Picture picture, double strength, double mean, Random random)
    {
        int drops = (int)(strength * picture.Width * picture.Height / 900);
        double slope = (random.NextDouble() - 0.5) * 0.3;
        for (int i = 0; i < drops; i++)
        {
            double x = random.Next(picture.Width), y = random.Next(picture.Height), length = 6 + (random.NextDouble() * 18);
            for (int step = 0; step < length; step++)
            {
                picture.Blend((int)(x + (slope * step)), (int)y + step, Tint.Grey(mean * 1.7), 0.16 + (0.14 * strength));
            }
        }

        foreach (float[] plane in picture.Planes)
        {
            float haze = (float)(0.18 * strength);
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] += ((float)mean - plane[i]) * haze;
            }
        }
    }

    private bool InShadow(int x, int y, Conditions at)
    {
        if (stage.Caster is not var (left, width))
        {
            return false;
        }

        // The shadow of a roof line that wanders from left to right over the day and is shortest at noon.
        double ground = ((double)y / stage.Height) - stage.Horizon;
        double length = 0.12 + (0.5 * Math.Abs(at.Sun - 0.5));
        double shift = (at.Sun - 0.5) * 1.2 * (ground / Math.Max(0.05, length));
        double across = ((double)x / stage.Width) - left - (shift * 0.4);
        return ground > 0 && ground < length && across > 0 && across < width;
    }

    private Picture Swayed(Picture still, double wind, Random random)
    {
        Picture moved = still.Clone();
        double phase = random.NextDouble() * 20, reach = wind * 3.2;
        for (int y = 0; y < still.Height; y++)
        {
            for (int x = 0; x < still.Width; x++)
            {
                int at = (y * still.Width) + x;
                if (stage.Leaves[at] > 0)
                {
                    int dx = (int)Math.Round(stage.Leaves[at] * reach * Math.Sin(phase + (y * 0.11) + (x * 0.05))), dy = (int)Math.Round(stage.Leaves[at] * reach * 0.5 * Math.Cos(phase + (x * 0.13)));
                    int from = (Math.Clamp(y + dy, 0, still.Height - 1) * still.Width) + Math.Clamp(x + dx, 0, still.Width - 1);
                    for (int c = 0; c < 3; c++)
                    {
                        moved.Planes[c][at] = still.Planes[c][from];
                    }
                }
            }
        }

        return moved;
    }
}
