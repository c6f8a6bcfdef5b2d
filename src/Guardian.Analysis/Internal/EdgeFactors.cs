namespace Guardian.Analysis;

/// <summary>Risk from what the edge says; the formulas are written at <see cref="FactorRiskScorer"/>.</summary>
internal static class EdgeFactors
{
    private const double Agree = 5, OnlyEdge = 20, OnlyNode = -5, BelowThreshold = 10, Confidence = 40;
    private const double NotVerified = 5, Nothing = 15, MinOverlap = 0.1;

    /// <summary>Null when there is no second opinion, or when both call the frames normal: that is in the strength already.</summary>
    public static RiskFactor? Agreement(AnalysisContext context) => context is not { Strength: { } node, EdgeStrength: { } edge } ? null : (node > 1, edge > 1) switch
    {
        (true, true) => new RiskFactor("edge_agreement", $"The edge agrees: {Words.Number(edge)} times its threshold.", Agree),
        (true, false) => new RiskFactor("edge_agreement", $"The edge does not agree: {Words.Number(edge)} times its threshold.", OnlyNode),
        (false, true) => new RiskFactor(
            "edge_agreement",
            $"The edge saw {Words.Number(edge)} times its threshold where the node sees {Words.Number(node)} times.",
            OnlyEdge * (1 - Math.Pow(2, 1 - edge))),
        _ => null,
    };

    public static RiskFactor? Detections(AnalysisContext context)
    {
        int common = (context.Strongest?.Evidence ?? []).Count(o => context.Request.EdgeDetections.Any(e => e.OverlapWith(o) >= MinOverlap));
        return common == 0 ? null : new RiskFactor("edge_detections", $"The edge saw {Words.Count(common, "object")} at the same place.", Agree);
    }

    public static RiskFactor? Alone(AnalysisContext context)
    {
        AnalysisRequest request = context.Request;
        if (context.HasModel)
        {
            return null;
        }

        if (context.EdgeStrength is { } edge)
        {
            return new RiskFactor(
                "edge_score",
                $"The edge's score {Words.Number(request.EdgeScore)} is {Words.Number(edge)} times its threshold {Words.Number(request.EdgeThreshold)}.",
                SightFactors.Points(edge, BelowThreshold));
        }

        return request.EdgeConfidence <= 0 ? null
            : new RiskFactor("edge_confidence", $"The edge reports it with confidence {Words.Number(request.EdgeConfidence)}.", Confidence * request.EdgeConfidence);
    }

    public static RiskFactor? Unverified(AnalysisContext context)
    {
        if (context.HasModel)
        {
            return null;
        }

        bool something = context.EdgeStrength is not null || context.Request.EdgeConfidence > 0 || context.Frames.Any(f => f.Evidence.Count > 0);
        return something
            ? new RiskFactor("unverified", "No model of the node has looked at it.", NotVerified)
            : new RiskFactor("unverified", "There is nothing to judge it by; a person should look.", Nothing);
    }
}
