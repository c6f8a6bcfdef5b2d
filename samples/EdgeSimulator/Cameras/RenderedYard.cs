namespace Guardian.EdgeSimulator.Cameras;

/// <summary>
/// A front yard over changing daylight: house, door, path, lawn, hedge and a tree whose leaves move. Passing clouds, a wandering sun shadow, sensor noise and JPEG
/// are what a model must learn as normal. The same seed gives the same pictures.
/// </summary>
internal sealed class RenderedYard(int seed, DateTimeOffset now) : ICameraSource
{
    private const int Width = 640, Height = 480, Quality = 88;
    private const double Horizon = 0.42, EventSeconds = 6, PersonEntersAfter = 1;

    /// <summary>Normal scenes run over the daylight of one day: 12 hours from 7 o'clock.</summary>
    private static readonly TimeSpan Dawn = TimeSpan.FromHours(7), Daylight = TimeSpan.FromHours(12);

    private readonly byte[] _texture = Texture(seed);
    private readonly (double X, double Y, double Radius, double Phase)[] _leaves = Leaves(seed);

    public string Type => "rendered";

    public int EventFramesPerSecond => 10;

    public IEnumerable<CameraFrame> NormalFrames(int count) => Day(count, offset: 0, stream: 1);

    /// <summary>Half a step later than the normal frames, under other clouds and noise.</summary>
    public IEnumerable<CameraFrame> QuietFrames(int count) => Day(count, offset: 0.5, stream: 2);

    public IEnumerable<CameraFrame> EventFrames()
    {
        const double hour = 0.55;
        int frames = (int)(EventSeconds * EventFramesPerSecond);
        for (int i = 0; i < frames; i++)
        {
            double seconds = (double)i / EventFramesPerSecond;
            Canvas canvas = Paint(hour, cloud: 0.1, wind: seconds);
            if (seconds >= PersonEntersAfter)
            {
                // From the left edge toward the door.
                double way = (seconds - PersonEntersAfter) / (EventSeconds - PersonEntersAfter);
                Person.Paint(canvas, 40 + (way * 330), 430 - (way * 40), 190 - (way * 30), seconds * 2, Light(hour, 0.1));
            }

            Noise(canvas, new Random((seed * 7919) + (3 * 104_729) + i));
            yield return new CameraFrame(canvas.ToJpeg(Quality), now + TimeSpan.FromSeconds(seconds));
        }
    }

    private IEnumerable<CameraFrame> Day(int count, double offset, int stream)
    {
        DateTimeOffset midnight = new(now.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero);
        for (int i = 0; i < count; i++)
        {
            var random = new Random((seed * 7919) + (stream * 104_729) + i);
            double day = (i + offset) / count;
            Canvas canvas = Paint(day, cloud: random.NextDouble() * 0.35, wind: random.NextDouble() * 100);
            Noise(canvas, random);
            yield return new CameraFrame(canvas.ToJpeg(Quality), midnight + Dawn + (Daylight * day));
        }
    }

    /// <summary>Daylight over the day, 0.35 at its ends to 1 at noon, dimmed by clouds.</summary>
    private static double Light(double day, double cloud) => (0.35 + (0.65 * Math.Sin(Math.PI * day))) * (1 - (0.4 * cloud));

    private Canvas Paint(double day, double cloud, double wind)
    {
        var canvas = new Canvas(Width, Height);
        double light = Light(day, cloud);
        double warm = 1 + (0.25 * Math.Abs(day - 0.5));
        Colour Lit(int r, int g, int b) => new Colour((byte)r, (byte)g, (byte)b).Times(light * warm, light, light * (2 - warm));
        PaintGround(canvas, light, warm, day);
        canvas.Rectangle(330, 70, 250, 215, Lit(196, 184, 164));
        canvas.Rectangle(315, 50, 280, 28, Lit(112, 62, 50));
        canvas.Rectangle(420, 165, 62, 120, Lit(72, 84, 60));
        canvas.Ellipse(472, 228, 4, 4, Lit(220, 200, 90));
        foreach (int x in new[] { 350, 505 })
        {
            canvas.Rectangle(x, 115, 55, 60, Lit(236, 236, 230));
            canvas.Rectangle(x + 5, 120, 45, 50, Lit(80, 104, 128));
        }

        canvas.Rectangle(0, 190, 330, 30, Lit(46, 84, 44));
        canvas.Rectangle(140, 110, 18, 190, Lit(84, 62, 44));
        foreach ((double x, double y, double radius, double phase) in _leaves)
        {
            double sway = Math.Sin(wind + phase) * 3;
            canvas.Ellipse(x + sway, y + (sway * 0.4), radius, radius * 0.8, Lit(52 + (int)(phase * 4), 104 + (int)(phase * 6), 46));
        }

        return canvas;
    }

    private void PaintGround(Canvas canvas, double light, double warm, double day)
    {
        int horizon = (int)(Height * Horizon);
        double shadowEnd = 330 + ((day - 0.5) * 260);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int grain = _texture[((y & 255) << 8) | (x & 255)] - 128;
                double half = 30 + ((y - horizon) * 0.45);
                double middle = 451 - ((y - horizon) * 0.35);
                bool path = y > 284 && Math.Abs(x - middle) < half;
                bool shadow = y > horizon && y < 330 && x > Math.Min(330, shadowEnd) && x < Math.Max(580, shadowEnd + 250);
                double dim = shadow ? 0.75 : 1;
                Colour colour = y < horizon ? new Colour(150, 186, 224)
                    : path ? new Colour(Colour.Clamp(150 + (grain * 0.12)), Colour.Clamp(144 + (grain * 0.12)), Colour.Clamp(134 + (grain * 0.12)))
                    : new Colour(Colour.Clamp(74 + (grain * 0.25)), Colour.Clamp(122 + (grain * 0.3)), Colour.Clamp(58 + (grain * 0.2)));
                canvas.Set(x, y, colour.Times(light * warm * dim, light * dim, light * (2 - warm) * dim));
            }
        }
    }

    private static void Noise(Canvas canvas, Random random)
    {
        // Cheap bell-shaped sensor noise of about 2.5 grey levels: the sum of four bits' worth of uniform numbers.
        byte[] raw = new byte[canvas.Pixels.Length];
        random.NextBytes(raw);
        for (int i = 0; i < raw.Length; i++)
        {
            canvas.Pixels[i] = Colour.Clamp(canvas.Pixels[i] + (raw[i] & 3) + ((raw[i] >> 2) & 3) + ((raw[i] >> 4) & 3) + (raw[i] >> 6) - 6);
        }
    }

    private static byte[] Texture(int seed)
    {
        byte[] texture = new byte[1 << 16];
        new Random(seed).NextBytes(texture);
        return texture;
    }

    private static (double, double, double, double)[] Leaves(int seed)
    {
        var random = new Random(seed + 1);
        return [.. Enumerable.Range(0, 90).Select(_ =>
        {
            double angle = random.NextDouble() * Math.Tau, distance = Math.Sqrt(random.NextDouble());
            return (149 + (Math.Cos(angle) * distance * 85), 95 + (Math.Sin(angle) * distance * 60), 9 + (random.NextDouble() * 8), random.NextDouble() * Math.Tau);
        })];
    }
}
