using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Where models for edges come from.</summary>
public interface IModelSource
{
    /// <summary>What is assigned to an edge and not yet reported, then what is assigned while the enumeration lasts.</summary>
    IAsyncEnumerable<Deployment> WatchAsync(EdgeId edge, CancellationToken cancellationToken);

    /// <summary>Opens a deployment's model file at an offset.</summary>
    /// <returns>Null when the edge has no such deployment or the offset is past the file's end.</returns>
    Task<Stream?> OpenAsync(EdgeId edge, string deploymentId, long offset, CancellationToken cancellationToken);

    /// <summary>Records what became of a deployment.</summary>
    /// <returns>Null when the edge has no such deployment.</returns>
    Task<ReportDeploymentResponse?> ReportAsync(EdgeId edge, ReportDeploymentRequest report, CancellationToken cancellationToken);
}
