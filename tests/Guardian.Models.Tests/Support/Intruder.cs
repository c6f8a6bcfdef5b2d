using Guardian.Shared.Imaging;

namespace Guardian.Models.Tests.Support;

/// <summary>A standing figure: head, coat and trousers in clothes of random colour.</summary>
internal static class Intruder
{
    public static void Paste(RgbImage image, Random random, double widthShare, double heightShare)
    {
        int width = (int)(image.Width * widthShare), height = (int)(image.Height * heightShare);
        int left = random.Next(image.Width - width), top = random.Next(image.Height / 3, image.Height - height);
        byte[] coat = Cloth(random), trousers = Cloth(random), skin = [200, 160, 130];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double fx = (x + 0.5) / width, fy = (y + 0.5) / height;
                byte[]? colour = fy switch
                {
                    < 0.18 => Math.Abs(fx - 0.5) < 0.25 ? skin : null,
                    < 0.6 => Math.Abs(fx - 0.5) < 0.48 ? coat : null,
                    _ => Math.Abs(fx - 0.5) is < 0.4 and > 0.04 ? trousers : null,
                };
                colour?.CopyTo(image.Pixels, (((top + y) * image.Width) + left + x) * 3);
            }
        }
    }

    private static byte[] Cloth(Random random) => [(byte)random.Next(20, 200), (byte)random.Next(20, 200), (byte)random.Next(20, 200)];
}
