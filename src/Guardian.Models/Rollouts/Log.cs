using Microsoft.Extensions.Logging;

namespace Guardian.Models.Rollouts;

/// <summary>Log messages of deployments and rollouts: event ids 5300 to 5399.</summary>
internal static partial class Log
{
    [LoggerMessage(5300, LogLevel.Information, "Deployment {DeploymentId}: edge {EdgeId} works with model {ModelId}")]
    public static partial void DeploymentActive(this ILogger log, string deploymentId, string edgeId, string modelId);

    [LoggerMessage(5301, LogLevel.Warning, "Deployment {DeploymentId} of model {ModelId} failed on edge {EdgeId}: {Reason}")]
    public static partial void DeploymentFailed(this ILogger log, string deploymentId, string edgeId, string modelId, string reason);

    [LoggerMessage(5302, LogLevel.Information, "Rollout {RolloutId} is in phase {Phase}")]
    public static partial void RolloutMoved(this ILogger log, string rolloutId, RolloutPhase phase);

    [LoggerMessage(5303, LogLevel.Warning, "Rollout {RolloutId} is rolled back: {Reason}")]
    public static partial void RolloutGoesBack(this ILogger log, string rolloutId, string reason);

    [LoggerMessage(5304, LogLevel.Warning, "Model {ModelId} cannot score its probe frames here")]
    public static partial void ProbeNotScored(this ILogger log, string modelId, Exception error);

    [LoggerMessage(5305, LogLevel.Information, "Edge {EdgeId} does not work with model {ModelId} of deployment {DeploymentId} any more; it is told again")]
    public static partial void DeploymentRepeated(this ILogger log, string edgeId, string modelId, string deploymentId);
}
