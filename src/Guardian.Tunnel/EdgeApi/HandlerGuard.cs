using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Runs handlers so that whatever fails behind them ends as a status that an edge can act on: a store that failed is UNAVAILABLE (send again), a bound of the registry that is met is
/// RESOURCE_EXHAUSTED. The exception's own words stay in the node's log.
/// </summary>
internal static class HandlerGuard
{
    public static async Task RunAsync(string method, ILogger logger, Func<Task> handler)
    {
        try
        {
            await handler().ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(method, e, logger) is { } status)
        {
            throw status;
        }
    }

    public static async Task<T> RunAsync<T>(string method, ILogger logger, Func<ValueTask<T>> handler)
    {
        try
        {
            return await handler().ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(method, e, logger) is { } status)
        {
            throw status;
        }
    }

    private static RpcException? Translate(string method, Exception error, ILogger logger)
    {
        switch (error)
        {
            case RpcException or OperationCanceledException:
                return null;
            case TunnelException { IsTransient: false }:
                return new RpcException(StatusCode.ResourceExhausted, error.Message, innerException: error);
            default:
                Log.HandlerFailed(logger, method, error);
                return new RpcException(StatusCode.Unavailable, "the node's store failed; send again", innerException: error);
        }
    }
}
