using System.Diagnostics;
using Guardian.Shared.Imaging;

namespace Guardian.SceneSets;

/// <summary>The pedestrian street of OpenCV's samples (vtest.avi, 768×576, 10 frames a second), the one scene here that nobody painted.</summary>
public static class StreetVideo
{
    /// <summary>Where Debian's package opencv-doc puts it.</summary>
    public const string Path = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";

    /// <summary>Pedestrians are normal; bags, animals and camera faults are pasted into later frames.</summary>
    /// <param name="folder">An empty folder for the extracted frames.</param>
    /// <param name="framesPerSecond">Of the extraction.</param>
    public static SceneSet Pedestrians(string folder, int framesPerSecond = 5)
    {
        byte[][] frames = Extract(folder, framesPerSecond);

        // Every third stretch of two seconds is for judging. Single frames in turn would show the same people at the same places; and all that comes last would not do
        // either, since it is only then that people walk across the lawn: no false alarm, but what a model of the first minute has to find.
        int stretch = 2 * framesPerSecond;
        byte[][] training = [.. frames.Where((_, i) => i / stretch % 3 != 2)], later = [.. frames.Where((_, i) => i / stretch % 3 == 2)];
        return new SceneSet("vtest-pedestrians", training, [.. later.Select(f => new SceneFrame(f, null, "day", 0)), .. Faults(later)]);
    }

    /// <summary>Pedestrians are the events: training and quiet frames are the street's median with the video's own noise.</summary>
    /// <param name="folder">An empty folder for the extracted frames.</param>
    public static SceneSet EmptyStreet(string folder)
    {
        byte[][] frames = Extract(folder, 5);
        RgbImage median = Median([.. frames.Where((_, i) => i % 8 == 0).Select(f => JpegDecoder.Decode(f, JpegLimits.Default))]);
        var random = new Random(3);
        byte[][] Quiet(int count) => [.. Enumerable.Range(0, count).Select(_ => Noisy(median, random))];
        byte[][] training = Quiet(200), quiet = Quiet(200);
        IEnumerable<SceneFrame> walks = frames.Where((_, i) => i % 4 == 0).Select((f, i) => new SceneFrame(f, AnomalyKind.Person, "day", 1000 + (i / 4)));
        return new SceneSet("vtest-empty", training, [.. quiet.Select(f => new SceneFrame(f, null, "day", 0)), .. walks, .. Faults(quiet)]);
    }

    private static byte[][] Extract(string folder, int framesPerSecond)
    {
        using Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-i", Path, "-vf", $"fps={framesPerSecond}", "-q:v", "3", System.IO.Path.Combine(folder, "%05d.jpg")]);
        ffmpeg.WaitForExit();
        return ffmpeg.ExitCode == 0
            ? [.. Directory.GetFiles(folder, "*.jpg").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
            : throw new IOException($"ffmpeg ended with {ffmpeg.ExitCode}");
    }

    private static RgbImage Median(RgbImage[] images)
    {
        byte[] median = new byte[images[0].Pixels.Length], column = new byte[images.Length];
        for (int i = 0; i < median.Length; i++)
        {
            for (int k = 0; k < images.Length; k++)
            {
                column[k] = images[k].Pixels[i];
            }

            Array.Sort(column);
            median[i] = column[column.Length / 2];
        }

        return new RgbImage(images[0].Width, images[0].Height, median);
    }

    private static byte[] Noisy(RgbImage image, Random random)
    {
        byte[] pixels = new byte[image.Pixels.Length];
        double gain = 0.97 + (0.06 * random.NextDouble());
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp((image.Pixels[i] * gain) + ((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 5), 0, 255);
        }

        return JpegEncoder.Encode(new RgbImage(image.Width, image.Height, pixels), 85);
    }

    private static IEnumerable<SceneFrame> Faults(byte[][] normal)
    {
        AnomalyKind[] kinds = [AnomalyKind.LeftObject, AnomalyKind.Animal, AnomalyKind.Vehicle, AnomalyKind.Covered, AnomalyKind.Defocused, AnomalyKind.Blinded, AnomalyKind.Turned, AnomalyKind.Blackout];
        int number = 0;
        foreach (AnomalyKind kind in kinds)
        {
            for (int e = 0; e < 6; e++)
            {
                number++;
                for (int i = 0; i < 4; i++)
                {
                    byte[] frame = normal[((number * 31) + (i * 3)) % normal.Length];
                    yield return new SceneFrame(Fault(frame, kind, new Random(number)), kind, "day", number);
                }
            }
        }
    }

    /// <summary>The picture as it would be with the thing in it, or with the camera at fault.</summary>
    private static byte[] Fault(byte[] jpeg, AnomalyKind kind, Random random)
    {
        Stage stage = Stages.Photograph("vtest", jpeg);
        Picture picture = stage.Surface;
        double x = picture.Width * (0.15 + (0.7 * random.NextDouble())), y = picture.Height * (0.4 + (0.5 * random.NextDouble())), person = picture.Height * 0.2, strength = random.NextDouble();
        switch (kind)
        {
            case AnomalyKind.LeftObject:
                Figures.Bag(picture, x, y, person * 0.45, random);
                break;
            case AnomalyKind.Animal:
                Figures.Animal(picture, x, y, person * 0.6, random);
                break;
            case AnomalyKind.Vehicle:
                Figures.Car(picture, x * 0.7, y * 0.8, picture.Width * 0.25, Tint.Cloth(random));
                break;
            case AnomalyKind.Covered:
                picture.Rectangle(0, 0, picture.Width * (0.6 + (0.4 * strength)), picture.Height, Tint.Grey(3));
                break;
            case AnomalyKind.Defocused:
                picture.Blur(3 + (5 * strength));
                break;
            case AnomalyKind.Blinded:
                picture.Glow(picture.Width * 0.5, picture.Height * 0.5, picture.Height * 0.4, Tint.Grey(600));
                break;
            case AnomalyKind.Turned:
                picture = picture.Moved(picture.Width * (0.05 + (0.2 * strength)), 0, 2 * strength, 1);
                break;
            default:
                picture.Rectangle(0, 0, picture.Width, picture.Height, Tint.Grey(0.3));
                break;
        }

        return Camera.Develop(picture, random, 85);
    }
}
