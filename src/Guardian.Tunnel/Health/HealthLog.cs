using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Event ids 2200–2299 belong to telemetry and health.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(2200, LogLevel.Information, "Edge {Edge} is healthy")]
    public static partial void Healthy(ILogger logger, EdgeId edge);

    [LoggerMessage(2201, LogLevel.Warning, "Edge {Edge} is {Level}: {Reasons}")]
    public static partial void NotHealthy(ILogger logger, EdgeId edge, HealthLevel level, string reasons);

    [LoggerMessage(2202, LogLevel.Error, "Rolling up telemetry or judging health failed; it is tried again")]
    public static partial void MaintenanceFailed(ILogger logger, Exception error);
}
