namespace Guardian.Models;

/// <summary>Loads a model file and runs it once. Thread-safe.</summary>
public interface IModelProbe
{
    /// <summary>Tries a file that has passed the check of its bytes.</summary>
    /// <param name="request">What to try, and within which bounds.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    Task<ModelProbeResult> ProbeAsync(ModelProbeRequest request, CancellationToken cancellationToken);
}
