namespace Guardian.Analysis;

/// <summary>Finds things in frames. Implementations are thread-safe.</summary>
public interface IObjectDetector
{
    /// <summary>Finds what there is to see.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The objects, the most confident first; empty when there is nothing.</returns>
    /// <exception cref="AnalysisException">The detector failed.</exception>
    Task<IReadOnlyList<DetectedObject>> DetectAsync(AnalysisFrame frame, CancellationToken cancellationToken);
}
