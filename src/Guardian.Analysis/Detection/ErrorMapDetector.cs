namespace Guardian.Analysis;

/// <summary>
/// The embedded detector: boxes around the connected regions of the model's error map. It knows where something is, not what it is. In
/// order: 1. cells at or above <see cref="AnalysisOptions.RegionLevel"/> × threshold are joined with their 8 neighbours; 2. regions smaller
/// than <see cref="AnalysisOptions.MinRegionShare"/> are dropped, but when an anomalous frame has no other, the one about its strongest cell remains; 3. regions whose bounding boxes touch become one; 4. cells become pixels.
/// Confidence is 1 − 0.5^(peak ÷ threshold): 0.5 for a peak at the threshold, 0.75 at twice it. Without a map there is nothing to find.
/// Thread-safe.
/// </summary>
public sealed class ErrorMapDetector : IObjectDetector
{
    /// <summary>The part of the strongest cell from which others belong to its region.</summary>
    private const double OfStrongest = 0.7;

    private readonly AnalysisOptions _options;

    /// <summary>Makes the detector.</summary>
    /// <param name="options">Level, area and number of regions; null is the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    public ErrorMapDetector(AnalysisOptions? options = null) => _options = AnalysisOptions.Checked(options);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DetectedObject>> DetectAsync(AnalysisFrame frame, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(frame);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(frame.Map is { } map ? Detect(map, frame.Image) : []);
    }

    private IReadOnlyList<DetectedObject> Detect(AnomalyMap map, FrameImage image)
    {
        int minArea = Math.Max(1, (int)Math.Ceiling(_options.MinRegionShare * map.Cells.Length));
        List<CellRegion> regions = RegionFinder.Find(map.Cells, _options.RegionLevel * map.Threshold, minArea, _options.MaxRegions);
        if (regions.Count == 0 && map.IsAnomalous)
        {
            // A frame can be anomalous by what many places have in common while none stands out by itself: then where it is strangest.
            regions = RegionFinder.Find(map.Cells, OfStrongest * Strongest(map), minArea: 1, limit: 1);
        }

        return [.. regions.Select(r => ToObject(r, map, image))];
    }

    /// <summary>The largest cell; infinite when there is none, so that nothing is found.</summary>
    private static double Strongest(AnomalyMap map)
    {
        float strongest = float.NegativeInfinity;
        foreach (float cell in map.Cells)
        {
            strongest = cell > strongest ? cell : strongest;
        }

        return strongest > 0 ? strongest : double.PositiveInfinity;
    }

    private static DetectedObject ToObject(CellRegion region, AnomalyMap map, FrameImage image)
    {
        int rows = map.Cells.GetLength(0), columns = map.Cells.GetLength(1);
        double left = CellGeometry.Start(region.Left, columns) * image.Width, right = CellGeometry.End(region.Right, columns) * image.Width;
        double top = CellGeometry.Start(region.Top, rows) * image.Height, bottom = CellGeometry.End(region.Bottom, rows) * image.Height;
        return new DetectedObject(DetectedObject.Region, 1 - Math.Pow(0.5, region.Peak / map.Threshold), left, top, right - left, bottom - top);
    }
}
