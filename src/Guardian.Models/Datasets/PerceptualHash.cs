using System.Numerics;
using Guardian.Shared.Imaging;

namespace Guardian.Models.Datasets;

/// <summary>64 bits that pictures which look alike have in common: the signs of their lowest frequencies against the median of them.</summary>
/// <remarks>The picture as 32×32 grey means, a cosine transform (DCT-II), of it the 8×8 lowest frequencies without the row and the column of zero frequency.</remarks>
internal static class PerceptualHash
{
    private const int Side = 32, Kept = 8;

    private static readonly double[,] Cosines = CosineTable();

    /// <summary>The hash and the mean brightness, 0 (black) to 255.</summary>
    public static (ulong Hash, int Brightness) Of(RgbImage image)
    {
        double[,] grey = Shrink(image);
        double sum = 0;
        foreach (double value in grey)
        {
            sum += value;
        }

        Span<double> low = stackalloc double[Kept * Kept];
        for (int v = 0; v < Kept; v++)
        {
            for (int u = 0; u < Kept; u++)
            {
                double coefficient = 0;
                for (int y = 0; y < Side; y++)
                {
                    for (int x = 0; x < Side; x++)
                    {
                        coefficient += grey[y, x] * Cosines[u, x] * Cosines[v, y];
                    }
                }

                low[(v * Kept) + u] = coefficient;
            }
        }

        Span<double> sorted = stackalloc double[Kept * Kept];
        low.CopyTo(sorted);
        sorted.Sort();
        double median = (sorted[(Kept * Kept / 2) - 1] + sorted[Kept * Kept / 2]) / 2;
        ulong hash = 0;
        for (int i = 0; i < low.Length; i++)
        {
            hash |= (low[i] > median ? 1UL : 0) << i;
        }

        return (hash, (int)Math.Round(sum / (Side * Side)));
    }

    /// <summary>How many of the 64 bits differ.</summary>
    public static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    private static double[,] CosineTable()
    {
        double[,] table = new double[Kept, Side];
        for (int k = 0; k < Kept; k++)
        {
            for (int x = 0; x < Side; x++)
            {
                table[k, x] = Math.Cos(Math.PI * (k + 1) * ((2 * x) + 1) / (2 * Side));
            }
        }

        return table;
    }

    /// <summary>Means of equal parts; both sides of a picture in the store are at least <see cref="Side"/> pixels.</summary>
    private static double[,] Shrink(RgbImage image)
    {
        double[,] grey = new double[Side, Side];
        for (int row = 0; row < Side; row++)
        {
            int top = row * image.Height / Side, bottom = (row + 1) * image.Height / Side;
            for (int column = 0; column < Side; column++)
            {
                int left = column * image.Width / Side, right = (column + 1) * image.Width / Side;
                long sum = 0;
                for (int y = top; y < bottom; y++)
                {
                    ReadOnlySpan<byte> line = image.Pixels.AsSpan(((y * image.Width) + left) * 3, (right - left) * 3);
                    for (int i = 0; i < line.Length; i += 3)
                    {
                        // Luma of ITU-R BT.601 in thousandths.
                        sum += (299 * line[i]) + (587 * line[i + 1]) + (114 * line[i + 2]);
                    }
                }

                grey[row, column] = sum / 1000.0 / ((long)(bottom - top) * (right - left));
            }
        }

        return grey;
    }
}
