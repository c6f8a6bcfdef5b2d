using Guardian.Shared.Imaging;

namespace Guardian.Models;

/// <summary>Shows a person where a frame is strange.</summary>
public static class Heatmap
{
    private const int Quality = 85;
    private const float FullAt = 2, Strongest = 0.75f;

    /// <summary>The frame with a red veil over strange places: none where <see cref="ModelScore.ErrorMap"/> is 0, strongest from twice the threshold on.</summary>
    /// <param name="rgb">The frame that was scored, width × height × 3 bytes.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="height">Of the frame.</param>
    /// <param name="score">Its score.</param>
    /// <returns>A JPEG file of the frame's size.</returns>
    /// <exception cref="ArgumentException">The size does not fit the number of bytes.</exception>
    public static byte[] Draw(ReadOnlyMemory<byte> rgb, int width, int height, ModelScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        var image = new RgbImage(width, height, rgb.ToArray());
        int rows = score.ErrorMap.GetLength(0), columns = score.ErrorMap.GetLength(1);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float veil = Math.Clamp(score.ErrorMap[y * rows / height, x * columns / width] / (float)(score.Threshold * FullAt), 0, 1) * Strongest;
                int at = ((y * width) + x) * 3;
                image.Pixels[at] = (byte)(image.Pixels[at] + ((255 - image.Pixels[at]) * veil));
                image.Pixels[at + 1] = (byte)(image.Pixels[at + 1] * (1 - veil));
                image.Pixels[at + 2] = (byte)(image.Pixels[at + 2] * (1 - veil));
            }
        }

        return JpegEncoder.Encode(image, Quality);
    }
}
