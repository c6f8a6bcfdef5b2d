using Guardian.Models.Training;

namespace Guardian.Models.Tests.Support;

/// <summary>Preprocessed frames without a camera.</summary>
internal static class Frames
{
    /// <summary>The same smooth picture with other noise and exposure in each frame.</summary>
    public static FrameSet Random(int count, int width, int height, int seed, Func<int, float>? light = null)
    {
        var random = new Random(seed);
        return new FrameSet(
            [.. Enumerable.Range(0, count).Select(i =>
            {
                float exposure = (light?.Invoke(i) ?? 1) * (0.9f + (0.2f * random.NextSingle()));
                float[] frame = new float[3 * width * height];
                for (int p = 0; p < frame.Length; p++)
                {
                    int x = p % width, y = p / width % height;
                    float value = 0.4f + (0.15f * MathF.Sin(x * 0.3f)) + (0.15f * MathF.Cos(y * 0.21f)) + (0.05f * (p / (width * height)));
                    frame[p] = Math.Clamp((value * exposure) + (0.02f * (random.NextSingle() - 0.5f)), 0, 1);
                }

                return FrameSet.Encode(frame);
            })],
            3 * width * height);
    }
}
