namespace Guardian.Analysis;

/// <summary>Names the kind of anomaly. Implementations are thread-safe.</summary>
public interface IAnomalyReasoner
{
    /// <summary>Compares what was found with what is normal.</summary>
    AnomalyAssessment Assess(AnalysisContext context);
}
