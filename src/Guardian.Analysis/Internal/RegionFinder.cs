namespace Guardian.Analysis;

/// <summary>Connected regions of an error map.</summary>
internal static class RegionFinder
{
    /// <summary>Merging compares all pairs, so a map of nothing but specks must not bring thousands of them.</summary>
    private const int MaxBeforeMerging = 256;

    /// <summary>Stands for infinite cells, which would make every figure derived from them infinite too.</summary>
    private const double MaxPeak = 1e6;

    /// <summary>The regions, highest peak first. Cells that are not a number are never part of one.</summary>
    public static List<CellRegion> Find(float[,] cells, double level, int minArea, int limit)
    {
        int rows = cells.GetLength(0), columns = cells.GetLength(1);
        bool[] seen = new bool[cells.Length];
        var stack = new Stack<int>();
        var regions = new List<CellRegion>();
        for (int start = 0; start < seen.Length; start++)
        {
            if (!seen[start] && cells[start / columns, start % columns] >= level)
            {
                CellRegion region = Flood(cells, level, seen, stack, start, rows, columns);
                if (region.Area >= minArea)
                {
                    regions.Add(region);
                }
            }
        }

        regions.Sort(HighestFirst);
        Merge(regions.Count > MaxBeforeMerging ? regions[..MaxBeforeMerging] : regions, out List<CellRegion> merged);
        merged.Sort(HighestFirst);
        return merged.Count > limit ? merged[..limit] : merged;
    }

    private static CellRegion Flood(float[,] cells, double level, bool[] seen, Stack<int> stack, int start, int rows, int columns)
    {
        var region = new CellRegion(start / columns, start % columns, start / columns, start % columns, 0, 0);
        seen[start] = true;
        stack.Push(start);
        while (stack.TryPop(out int at))
        {
            int row = at / columns, column = at % columns;
            region = region.Union(new CellRegion(row, column, row, column, 1, Math.Min(cells[row, column], MaxPeak)));
            for (int r = Math.Max(0, row - 1); r <= Math.Min(rows - 1, row + 1); r++)
            {
                for (int c = Math.Max(0, column - 1); c <= Math.Min(columns - 1, column + 1); c++)
                {
                    int next = (r * columns) + c;
                    if (!seen[next] && cells[r, c] >= level)
                    {
                        seen[next] = true;
                        stack.Push(next);
                    }
                }
            }
        }

        return region;
    }

    /// <summary>A union may touch what its parts did not, so each one is compared anew until it touches none.</summary>
    private static void Merge(List<CellRegion> regions, out List<CellRegion> merged)
    {
        merged = [];
        foreach (CellRegion region in regions)
        {
            CellRegion grown = region;
            int other;
            while ((other = merged.FindIndex(m => m.Touches(grown))) >= 0)
            {
                grown = grown.Union(merged[other]);
                merged.RemoveAt(other);
            }

            merged.Add(grown);
        }
    }

    private static int HighestFirst(CellRegion a, CellRegion b) => b.Peak != a.Peak ? b.Peak.CompareTo(a.Peak) : (a.Top, a.Left).CompareTo((b.Top, b.Left));
}
