namespace Guardian.Analysis;

/// <summary>Says how much an event matters. Implementations are thread-safe.</summary>
public interface IRiskScorer
{
    /// <summary>Weighs what was found.</summary>
    RiskScore Score(AnalysisContext context, AnomalyAssessment assessment);
}
