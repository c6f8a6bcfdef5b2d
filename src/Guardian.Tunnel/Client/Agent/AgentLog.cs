using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Event ids 2300–2399: the edge's agent.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(2300, LogLevel.Warning, "Command {Action} failed")]
    public static partial void CommandFailed(ILogger logger, string action, Exception error);

    [LoggerMessage(2301, LogLevel.Information, "{Work} waits {Seconds} s: {Status} {Detail}")]
    public static partial void Waiting(ILogger logger, string work, double seconds, StatusCode status, string detail);

    [LoggerMessage(2302, LogLevel.Warning, "The node does not take the {Kind} of event {EventId}: {Reason}")]
    public static partial void Refused(ILogger logger, QueuedKind kind, string eventId, string reason);

    [LoggerMessage(2303, LogLevel.Information, "The certificate was renewed; it is good until {End}")]
    public static partial void Renewed(ILogger logger, DateTimeOffset end);

    [LoggerMessage(2305, LogLevel.Warning, "The tunnel is not up; it is tried again")]
    public static partial void TunnelFailed(ILogger logger, Exception error);

    [LoggerMessage(2306, LogLevel.Information, "The node does not answer through the tunnel; asked over {Address}, it {Outcome}")]
    public static partial void WayBack(ILogger logger, string address, string outcome);

    [LoggerMessage(2307, LogLevel.Error, "{Work} failed; it is tried again")]
    public static partial void WorkFailed(ILogger logger, string work, Exception error);

    [LoggerMessage(2308, LogLevel.Warning, "The {Kind} of event {EventId} waits behind the others: {Reason}")]
    public static partial void PassedOver(ILogger logger, QueuedKind kind, string eventId, string reason);

    [LoggerMessage(2304, LogLevel.Warning, "Model {ModelId} is not used: {Reason}")]
    public static partial void ModelRefused(ILogger logger, string modelId, string reason);
}
