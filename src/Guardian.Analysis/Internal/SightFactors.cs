namespace Guardian.Analysis;

/// <summary>Risk from what is in the frames; the formulas are written at <see cref="FactorRiskScorer"/>.</summary>
internal static class SightFactors
{
    private const double AtThreshold = 15, AboveThreshold = 30, BelowThreshold = 20, MaxExtent = 10, FullExtent = 0.1, MaxPersistence = 10, ObscuredPoints = 40;

    public static RiskFactor? Strength(AnalysisContext context) => context.StrongestMap is not { } map ? null : new RiskFactor(
        "anomaly_strength",
        $"The score {Words.Number(map.Score)} is {Words.Number(map.Strength)} times the threshold {Words.Number(map.Threshold)}.",
        Points(map.Strength, BelowThreshold));

    /// <summary>What a score is worth by its multiple of the threshold: rises quickly above it, and never without end.</summary>
    public static double Points(double strength, double below) =>
        strength > 1 ? AtThreshold + (AboveThreshold * (1 - Math.Pow(2, 1 - strength))) : below * (strength - 1);

    public static RiskFactor? Extent(AnalysisContext context)
    {
        if (context.Strongest is not { } frame || (!frame.IsAnomalous && frame.Evidence.Count == 0))
        {
            return null;
        }

        double share = frame is { IsAnomalous: true, Map: { } map }
            ? map.ShareAbove(map.Threshold)
            : Math.Min(1, frame.Evidence.Sum(o => o.Area) / ((double)frame.Width * frame.Height));
        return new RiskFactor("extent", $"{Words.Percent(share)} of the picture is affected.", MaxExtent * Math.Min(1, share / FullExtent));
    }

    public static RiskFactor? Persistence(AnalysisContext context)
    {
        int unusual = context.Frames.Count(f => f.IsAnomalous || f.Evidence.Count > 0);
        return unusual == 0 || context.Frames.Count < 2 ? null : new RiskFactor(
            "persistence",
            $"It is there in {unusual} of {context.Frames.Count} frames.",
            MaxPersistence * ((2.0 * unusual / context.Frames.Count) - 1));
    }

    public static RiskFactor? Obscured(AnomalyAssessment assessment) => assessment.AnomalyType != AnomalyType.CameraObscured ? null
        : new RiskFactor("camera_obscured", "Next to nothing can be seen; the camera may be covered or blinded.", ObscuredPoints);
}
