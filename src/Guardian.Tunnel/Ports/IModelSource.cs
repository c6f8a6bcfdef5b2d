using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Where models for edges come from.</summary>
public interface IModelSource
{
    /// <summary>What is assigned to an edge and not yet reported, then what is assigned while the enumeration lasts.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="hello">What it can run and what it works with, as far as it says.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<Deployment> WatchAsync(EdgeId edge, WatchDeploymentsRequest hello, CancellationToken cancellationToken);

    /// <summary>Opens a deployment's model file at an offset.</summary>
    /// <returns>Null when the edge has no such deployment or the offset is past the file's end.</returns>
    Task<Stream?> OpenAsync(EdgeId edge, string deploymentId, long offset, CancellationToken cancellationToken);

    /// <summary>Records what became of a deployment.</summary>
    /// <returns>Null when the edge has no such deployment.</returns>
    Task<ReportDeploymentResponse?> ReportAsync(EdgeId edge, ReportDeploymentRequest report, CancellationToken cancellationToken);

    /// <summary>Takes what an edge has counted with its models.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="uses">At most 256, with finite and not negative numbers.</param>
    /// <param name="cancellationToken">Ends it; the edge sends larger numbers later.</param>
    Task CountAsync(EdgeId edge, IReadOnlyList<ModelUse> uses, CancellationToken cancellationToken);
}
