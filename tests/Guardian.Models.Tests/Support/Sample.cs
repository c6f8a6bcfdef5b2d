using Guardian.Shared.Imaging;

namespace Guardian.Models.Tests.Support;

/// <summary>Small valid things to store.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static byte[] Jpeg(int seed = 1, int width = 64, int height = 48)
    {
        byte[] pixels = new byte[width * height * 3];
        var random = new Random(seed);
        byte[] colour = [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(colour[i % 3] + random.Next(-20, 21), 0, 255);
        }

        return JpegEncoder.Encode(new RgbImage(width, height, pixels), 90);
    }

    public static DatasetSnapshot Snapshot(string id = "s1", int seed = 1, string camera = "cam-1", string label = "normal") => new()
    {
        SnapshotId = id,
        CameraId = camera,
        Label = label,
        CapturedAt = Noon.AddSeconds(seed),
        Jpeg = Jpeg(seed),
    };

    /// <summary>A model as a trainer would hand it over; its bytes need not be ONNX for the catalog.</summary>
    public static TrainedModel Model(string camera = "cam-1", int seed = 1, int bytes = 10_000)
    {
        byte[] onnx = new byte[bytes];
        new Random(seed).NextBytes(onnx);
        return new TrainedModel
        {
            CameraId = camera,
            Onnx = onnx,
            ModelType = "autoencoder",
            Architecture = "test",
            Threshold = 5.5,
            ProbeScore = 12.25,
            DatasetFingerprint = new string('a', 64),
            Options = new TrainingOptions(),
            CreatedAt = Noon,
            Metrics = new TrainingMetrics
            {
                TrainingImages = 96,
                ValidationImages = 24,
                SkippedImages = 0,
                EpochsRun = 40,
                BestEpoch = 38,
                TrainingError = 0.001,
                ValidationError = 0.0012,
                HeldOutScoreMean = 2,
                HeldOutScoreDeviation = 0.5,
                HeldOutScoreMax = 4,
                Seconds = 20,
            },
        };
    }

    public static async IAsyncEnumerable<TrainingImage> Images(IEnumerable<byte[]> jpegs)
    {
        int number = 0;
        foreach (byte[] jpeg in jpegs)
        {
            await Task.Yield();
            yield return new TrainingImage($"frame {number++}", jpeg);
        }
    }
}
