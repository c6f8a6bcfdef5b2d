using Microsoft.Extensions.Logging;

namespace Guardian.Models.Deployment;

/// <summary>Log messages of deployments: event ids 5300 to 5399.</summary>
internal static partial class Log
{
    [LoggerMessage(5300, LogLevel.Information, "Deployment {DeploymentId}: edge {EdgeId} works with model {ModelId}")]
    public static partial void DeploymentActive(this ILogger log, string deploymentId, string edgeId, string modelId);

    [LoggerMessage(5301, LogLevel.Warning, "Deployment {DeploymentId} of model {ModelId} failed on edge {EdgeId}: {Reason}")]
    public static partial void DeploymentFailed(this ILogger log, string deploymentId, string edgeId, string modelId, string reason);
}
