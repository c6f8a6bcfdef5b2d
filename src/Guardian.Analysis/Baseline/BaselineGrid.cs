namespace Guardian.Analysis;

/// <summary>
/// The grid in which a baseline counts places: 16 columns and 12 rows over the whole frame, whatever its resolution. Cell index is row × 16
/// + column.
/// </summary>
public static class BaselineGrid
{
    /// <summary>Columns.</summary>
    public const int Columns = 16;

    /// <summary>Rows.</summary>
    public const int Rows = 12;

    /// <summary>Cells.</summary>
    public const int Cells = Columns * Rows;

    /// <summary>Part of a cell that must be covered for it to count.</summary>
    private const double MinCover = 0.25;

    /// <summary>
    /// The cells that something covers, ascending: those of which one object covers at least a quarter, and the one that holds its centre,
    /// so that small objects count too. Objects with their centre outside the frame count only by what they cover.
    /// </summary>
    /// <param name="objects">Boxes in pixels.</param>
    /// <param name="width">Width of the frame in pixels, at least 1.</param>
    /// <param name="height">Height of the frame in pixels, at least 1.</param>
    public static IReadOnlyList<int> Covered(IReadOnlyList<DetectedObject> objects, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var covered = new SortedSet<int>();
        foreach (DetectedObject box in objects)
        {
            double centreX = (box.X + (box.Width / 2)) * Columns / width, centreY = (box.Y + (box.Height / 2)) * Rows / height;
            if (centreX is >= 0 and < Columns && centreY is >= 0 and < Rows)
            {
                covered.Add(((int)centreY * Columns) + (int)centreX);
            }

            foreach ((int cell, double share) in Overlaps(box, width, height))
            {
                if (share >= MinCover)
                {
                    covered.Add(cell);
                }
            }
        }

        return [.. covered];
    }

    /// <summary>The cells that a box reaches into, and the share of each that it covers.</summary>
    internal static IEnumerable<(int Cell, double Share)> Overlaps(DetectedObject box, int width, int height)
    {
        double left = Math.Clamp(box.X * Columns / width, 0, Columns), right = Math.Clamp((box.X + box.Width) * Columns / width, 0, Columns);
        double top = Math.Clamp(box.Y * Rows / height, 0, Rows), bottom = Math.Clamp((box.Y + box.Height) * Rows / height, 0, Rows);
        for (int row = (int)top; row < bottom; row++)
        {
            double high = Math.Min(row + 1, bottom) - Math.Max(row, top);
            for (int column = (int)left; column < right; column++)
            {
                yield return ((row * Columns) + column, high * (Math.Min(column + 1, right) - Math.Max(column, left)));
            }
        }
    }
}
