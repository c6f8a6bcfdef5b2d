using Guardian.Shared.Imaging;

namespace Guardian.SceneSets;

/// <summary>The places.</summary>
internal static class Stages
{
    private const int Width = 640, Height = 480;

    /// <summary>A house front with gravel, hedge and a tree.</summary>
    public static Stage Yard(int seed)
    {
        var stage = new Stage("yard", Width, Height) { Horizon = 0.5, Caster = (0.1, 0.5), Fixture = Bin(470, 330, 40, 62, new Tint(40, 70, 52)) };
        Picture p = stage.Surface;
        float[] grain = Texture.Make(Width, Height, 32, seed), fine = Texture.Make(Width, Height, 4, seed + 1);
        Fill(p, (x, y) => y < 190 ? new Tint(190, 205, 225) : Tint.Grey(118 + (30 * fine[At(x, y)]) + (14 * grain[At(x, y)])));
        p.Rectangle(90, 70, 330, 185, new Tint(176, 160, 132));
        p.Rectangle(78, 52, 354, 26, new Tint(120, 66, 54));
        foreach (int x in new[] { 125, 225, 330 })
        {
            p.Rectangle(x, 110, 52, 64, new Tint(226, 224, 216));
            p.Rectangle(x + 5, 115, 42, 54, new Tint(58, 70, 84));
        }

        p.Rectangle(235, 178, 44, 77, new Tint(84, 58, 40));
        Foliage(stage, 0, 195, 90, 70, seed + 2);
        Foliage(stage, 430, 190, 210, 70, seed + 3);
        p.Rectangle(556, 150, 18, 140, new Tint(72, 56, 42));
        Foliage(stage, 490, 15, 150, 160, seed + 4);
        stage.Lamps.Add((258, 165, 120));
        return stage;
    }

    /// <summary>A street with walk, road and house fronts.</summary>
    public static Stage Street(int seed)
    {
        var stage = new Stage("street", Width, Height) { Horizon = 0.42, Road = 0.72, Walk = 0.5, Caster = (0, 0.7), Fixture = Bin(92, 262, 26, 50, new Tint(150, 120, 40)) };
        Picture p = stage.Surface;
        float[] grain = Texture.Make(Width, Height, 64, seed), fine = Texture.Make(Width, Height, 2, seed + 1);
        Fill(p, (x, y) => y switch
        {
            < 60 => new Tint(170, 185, 205),
            < 205 => new Tint(150 + (12 * fine[At(x, y)]), 110 + (10 * fine[At(x, y)]), 92),
            < 275 => Tint.Grey(138 + (10 * fine[At(x, y)]) + ((x + (y / 2)) % 36 < 2 ? -30 : 0)),
            < 285 => Tint.Grey(170),
            _ => Tint.Grey(70 + (12 * fine[At(x, y)]) + (10 * grain[At(x, y)])),
        });
        for (int x = 20; x < Width; x += 88)
        {
            p.Rectangle(x, 85, 40, 55, new Tint(56, 62, 74));
            p.Rectangle(x + 18, 85, 3, 55, new Tint(190, 186, 178));
            p.Rectangle(x - 2, 160, 44, 45, x % 3 == 0 ? new Tint(80, 40, 36) : new Tint(60, 70, 60));
        }

        for (int x = -20; x < Width; x += 110)
        {
            p.Rectangle(x, 372, 60, 7, Tint.Grey(205));
        }

        stage.Lamps.Add((150, 60, 150));
        stage.Lamps.Add((490, 60, 150));
        return stage;
    }

    /// <summary>A car park behind a fence.</summary>
    public static Stage CarPark(int seed)
    {
        var stage = new Stage("carpark", Width, Height) { Horizon = 0.45, Road = 0.5, RoadByNightOnly = true, Fixture = Car(420, 300, 118, new Tint(96, 20, 24)) };
        Picture p = stage.Surface;
        float[] grain = Texture.Make(Width, Height, 48, seed), fine = Texture.Make(Width, Height, 3, seed + 1);
        Fill(p, (x, y) => y switch
        {
            < 150 => new Tint(160, 178, 200),
            < 215 => x % 14 < 3 || y < 156 ? new Tint(96, 98, 100) : new Tint(74 + (20 * grain[At(x, y)]), 92 + (22 * grain[At(x, y)]), 62),
            _ => Tint.Grey(88 + (14 * fine[At(x, y)]) + (12 * grain[At(x, y)])),
        });
        for (int i = 0; i < 6; i++)
        {
            p.Rectangle(40 + (i * 112), 290, 5, 120, Tint.Grey(196));
        }

        Figures.Car(p, 84, 296, 110, new Tint(150, 152, 156));
        p.Rectangle(318, 40, 8, 180, Tint.Grey(60));
        stage.Lamps.Add((322, 42, 210));
        Foliage(stage, 0, 90, 130, 80, seed + 2);
        return stage;
    }

    /// <summary>A hall with shelves, lit by tubes and a window.</summary>
    public static Stage Hall(int seed)
    {
        var stage = new Stage("hall", Width, Height) { Horizon = 0.5, Indoor = true, Fixture = Bin(300, 338, 66, 48, new Tint(150, 104, 58)) };
        Picture p = stage.Surface;
        float[] fine = Texture.Make(Width, Height, 2, seed + 1), grain = Texture.Make(Width, Height, 64, seed);
        Fill(p, (x, y) => y < 240 ? Tint.Grey(176 + (5 * fine[At(x, y)])) : new Tint(128 + (8 * grain[At(x, y)]), 128 + (8 * grain[At(x, y)]), 120));
        var random = new Random(seed);
        foreach (int left in new[] { 20, 420 })
        {
            for (int shelf = 0; shelf < 4; shelf++)
            {
                int top = 70 + (shelf * 68);
                p.Rectangle(left, top + 56, 200, 8, new Tint(50, 80, 130));
                for (int x = left + 4; x < left + 170; x += random.Next(26, 48))
                {
                    int size = random.Next(20, 46);
                    p.Rectangle(x, top + 56 - size, random.Next(18, 34), size, new Tint(random.Next(90, 190), random.Next(80, 150), random.Next(50, 110)));
                }
            }

            p.Rectangle(left, 60, 6, 300, new Tint(46, 70, 110));
            p.Rectangle(left + 194, 60, 6, 300, new Tint(46, 70, 110));
        }

        p.Rectangle(270, 70, 100, 120, new Tint(210, 220, 235));
        p.Rectangle(318, 70, 4, 120, Tint.Grey(120));
        stage.Lamps.Add((200, 0, 300));
        stage.Lamps.Add((440, 0, 300));
        return stage;
    }

    /// <summary>A photograph as the place.</summary>
    /// <param name="name">Of the place.</param>
    /// <param name="jpeg">The photograph.</param>
    public static Stage Photograph(string name, byte[] jpeg)
    {
        RgbImage photo = JpegDecoder.Decode(jpeg, JpegLimits.Default);
        int width = photo.Width, height = photo.Height;
        var stage = new Stage(name, width, height) { Horizon = 0.5, Caster = (0.2, 0.4), Fixture = Bin(width * 0.62, height * 0.72, width * 0.06, height * 0.11, new Tint(110, 40, 30)) };
        for (int i = 0; i < width * height; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                stage.Surface.Planes[c][i] = Camera.Linear(photo.Pixels[(i * 3) + c]);
            }
        }

        stage.Lamps.Add((width * 0.5, height * 0.2, height * 0.4));
        return stage;
    }

    private static int At(int x, int y) => (y * Width) + x;

    private static void Fill(Picture picture, Func<int, int, Tint> colour)
    {
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                picture.Blend(x, y, colour(x, y), 1);
            }
        }
    }

    private static Action<Picture> Bin(double left, double top, double width, double height, Tint tint) => picture =>
    {
        picture.Ellipse(left + (width / 2), top + height, width * 0.6, height * 0.07, Tint.Grey(30), 0.5);
        picture.Rectangle(left, top, width, height, tint);
        picture.Rectangle(left - 2, top, width + 4, height * 0.12, tint.Times(0.7));
        picture.Rectangle(left + (width * 0.25), top + (height * 0.3), width * 0.12, height * 0.6, tint.Times(1.3));
    };

    private static Action<Picture> Car(double left, double top, double width, Tint tint) => picture => Figures.Car(picture, left, top, width, tint);

    /// <summary>A patch of leaves that wind moves.</summary>
    private static void Foliage(Stage stage, int left, int top, int width, int height, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < width * height / 30; i++)
        {
            double angle = random.NextDouble() * 2 * Math.PI, r = Math.Sqrt(random.NextDouble());
            double x = left + (width / 2.0) + (r * Math.Cos(angle) * width / 2), y = top + (height / 2.0) + (r * Math.Sin(angle) * height / 2);
            float shade = 0.5f + random.NextSingle();
            stage.Surface.Ellipse(x, y, 2 + (random.NextDouble() * 4), 2 + (random.NextDouble() * 3), new Tint(34 * shade, 62 * shade, 24 * shade));
        }

        for (int y = Math.Max(0, top - 4); y < Math.Min(stage.Height, top + height + 4); y++)
        {
            for (int x = Math.Max(0, left - 4); x < Math.Min(stage.Width, left + width + 4); x++)
            {
                double d = Math.Pow((x - left - (width / 2.0)) / (width / 2.0), 2) + Math.Pow((y - top - (height / 2.0)) / (height / 2.0), 2);
                stage.Leaves[(y * stage.Width) + x] = Math.Max(stage.Leaves[(y * stage.Width) + x], (float)Math.Clamp(1.3 - d, 0, 1));
            }
        }
    }
}
