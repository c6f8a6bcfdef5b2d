using Guardian.Shared.Imaging;

namespace Guardian.Analysis.Tests;

/// <summary>Frames, maps and findings with sound defaults.</summary>
internal static class Sample
{
    public const int Width = 640, Height = 480;

    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 30, 0, TimeSpan.Zero);

    public static readonly FrameQuality Clear = new(120, 50, 400, 5);

    public static readonly FrameQuality Blind = new(4, 1, 0.1, 0.3);

    /// <summary>A person-sized region: 9×6 of 53×53 cells at 4 times the usual deviation of a threshold of 5.</summary>
    public static AnomalyMap Person(double strength = 2, int top = 20, int left = 20)
    {
        float[,] cells = Cells(53, 53);
        Fill(cells, top, left, top + 8, left + 5, (float)(5 * strength * 1.3));
        return new AnomalyMap(5 * strength, 5, cells);
    }

    public static AnomalyMap Calm(double strength = 0.5) => new(5 * strength, 5, Cells(53, 53));

    public static float[,] Cells(int rows, int columns, float value = 0.5f)
    {
        float[,] cells = new float[rows, columns];
        Fill(cells, 0, 0, rows - 1, columns - 1, value);
        return cells;
    }

    public static void Fill(float[,] cells, int top, int left, int bottom, int right, float value)
    {
        for (int r = top; r <= bottom; r++)
        {
            for (int c = left; c <= right; c++)
            {
                cells[r, c] = value;
            }
        }
    }

    public static FrameImage Plain(int width, int height, byte value)
    {
        byte[] pixels = new byte[width * height * 3];
        Array.Fill(pixels, value);
        return new FrameImage(width, height, pixels);
    }

    /// <summary>A scene with edges: blocks of different grey.</summary>
    public static byte[] Jpeg(int width = Width, int height = Height)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++)
        {
            int x = i % width, y = i / width;
            byte value = (byte)((((x / 23) * 37) + ((y / 17) * 53)) % 200 + 20);
            pixels.AsSpan(i * 3, 3).Fill(value);
        }

        return JpegEncoder.Encode(new RgbImage(width, height, pixels), 90);
    }

    /// <summary>A black hand before the lens.</summary>
    public static byte[] BlackJpeg() => JpegEncoder.Encode(new RgbImage(Width, Height, new byte[Width * Height * 3]), 90);

    public static AnalysisFrame Frame(AnomalyMap? map, int width = Width, int height = Height) => new(Plain(width, height, 255), map, Noon);

    public static async Task<FrameFinding> FindingAsync(AnomalyMap? map, FrameQuality? quality = null) => new()
    {
        CapturedAt = Noon,
        Width = Width,
        Height = Height,
        Quality = quality ?? Clear,
        Map = map,
        Objects = await new ErrorMapDetector().DetectAsync(Frame(map), CancellationToken.None),
    };

    public static FrameFinding Finding(params DetectedObject[] objects) =>
        new() { CapturedAt = Noon, Width = Width, Height = Height, Quality = Clear, Objects = objects };

    public static DetectedObject Box(string label, double x, double y, double width = 80, double height = 120) => new(label, 0.9, x, y, width, height);

    public static AnalysisRequest Request() => new()
    {
        CameraId = "garden",
        EventType = "anomaly",
        OccurredAt = Noon,
        EdgeConfidence = 0.8,
        EdgeScore = 9,
        EdgeThreshold = 5,
    };

    public static AnalysisContext Context(CameraBaseline? baseline, params FrameFinding[] frames) => new()
    {
        Request = Request(),
        LocalHour = 12,
        Frames = frames,
        Baseline = baseline ?? CameraBaseline.Empty("garden"),
    };

    /// <summary>A baseline of some frames an hour, each with the same objects in the active hours.</summary>
    public static CameraBaseline Baseline(int framesPerHour, Func<int, bool> active, params DetectedObject[] objects)
    {
        long[] covered = new long[BaselineGrid.Cells];
        foreach (int cell in BaselineGrid.Covered(objects, Width, Height))
        {
            covered[cell] = framesPerHour;
        }

        BaselineHour[] hours = [.. Enumerable.Range(0, 24).Select(h => !active(h) ? new BaselineHour { Frames = framesPerHour } : new BaselineHour
        {
            Frames = framesPerHour,
            ActiveFrames = objects.Length > 0 ? framesPerHour : 0,
            Objects = (long)framesPerHour * objects.Length,
            SquaredObjects = (long)framesPerHour * objects.Length * objects.Length,
            MaxObjects = objects.Length,
            Cells = covered,
        })];
        long frames = (long)framesPerHour * Enumerable.Range(0, 24).Count(active);
        return new CameraBaseline("garden", hours, objects.Select(o => o.Label).Distinct().ToDictionary(l => l, _ => frames));
    }

    public static CameraBaseline EmptyScene(int framesPerHour = 10) => Baseline(framesPerHour, _ => true);
}
