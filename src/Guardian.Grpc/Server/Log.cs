using Microsoft.Extensions.Logging;

namespace Guardian.Grpc.Server;

/// <summary>The server's log messages. Methods are named from their descriptors, never from what a peer wrote.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "The handler of {Method} failed; the caller was told UNKNOWN")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(1001, LogLevel.Debug, "{Method} ended with {Status}")]
    public static partial void CallFailed(ILogger logger, string method, StatusCode status);

    [LoggerMessage(1002, LogLevel.Debug, "A call to a method that is not served was refused")]
    public static partial void MethodNotServed(ILogger logger);
}
