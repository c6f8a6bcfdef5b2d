namespace Guardian.Analysis;

/// <summary>
/// Where a cell of the error map lies in the frame. A cell is a window 16 wide, but an object lights every window that it reaches into, so
/// the union of windows is far too large. A cell therefore stands for the 4 pixels around its window's centre; the outermost ones reach to
/// the frame's edge.
/// </summary>
internal static class CellGeometry
{
    private const int Window = 16, Stride = 4;

    /// <summary>First edge of a cell as a share of the side.</summary>
    public static double Start(int cell, int cells) => cell == 0 ? 0 : Edge(cell, cells);

    /// <summary>Last edge of a cell as a share of the side.</summary>
    public static double End(int cell, int cells) => cell == cells - 1 ? 1 : Edge(cell + 1, cells);

    private static double Edge(int cell, int cells) => ((cell * Stride) + ((Window - Stride) / 2.0)) / (((cells - 1) * Stride) + Window);
}
