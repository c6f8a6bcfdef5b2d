namespace Guardian.Analysis;

/// <summary>The second stage: looks at an event's frames and gives a verdict with its reasons. Implementations are thread-safe.</summary>
public interface IEventAnalyzer
{
    /// <summary>
    /// Analyses one event. Missing frames, models or baselines give a result that says so, never an error and never a silent all-clear.
    /// </summary>
    /// <param name="request">The event.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A field is outside its bounds; the message names it.</exception>
    /// <exception cref="AnalysisException">Model, detector or baseline failed.</exception>
    Task<AnalysisResult> AnalyzeAsync(AnalysisRequest request, CancellationToken cancellationToken);
}
