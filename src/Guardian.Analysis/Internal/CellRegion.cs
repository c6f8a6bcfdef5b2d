namespace Guardian.Analysis;

/// <summary>A bounding box in cells, all four edges inside it, and its highest cell.</summary>
internal readonly record struct CellRegion(int Top, int Left, int Bottom, int Right, int Area, double Peak)
{
    /// <summary>True when no row and no column of other cells lies between the two boxes.</summary>
    public bool Touches(CellRegion other) =>
        Left <= other.Right + 1 && other.Left <= Right + 1 && Top <= other.Bottom + 1 && other.Top <= Bottom + 1;

    public CellRegion Union(CellRegion other) => new(
        Math.Min(Top, other.Top), Math.Min(Left, other.Left), Math.Max(Bottom, other.Bottom), Math.Max(Right, other.Right),
        Area + other.Area, Math.Max(Peak, other.Peak));
}
