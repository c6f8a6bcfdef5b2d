namespace Guardian.Analysis;

/// <summary>Where a cell of the map lies in the frame: the cells divide it evenly.</summary>
internal static class CellGeometry
{
    /// <summary>First edge of a cell as a share of the side.</summary>
    public static double Start(int cell, int cells) => (double)cell / cells;

    /// <summary>Last edge of a cell as a share of the side.</summary>
    public static double End(int cell, int cells) => (cell + 1.0) / cells;
}
