using Google.Protobuf;
using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Binds handlers so that whatever fails behind them ends as a status that an edge can act on: a store that failed is UNAVAILABLE (send again), a bound of the registry that is met is
/// RESOURCE_EXHAUSTED. The exception's own words stay in the node's log.
/// </summary>
internal sealed class EdgeBinder(ServiceBinder binder, ILogger logger)
{
    public void MaxReceiveMessageSize(int bytes) => binder.MaxReceiveMessageSize = bytes;

    public void Unary<TRequest, TResponse>(string method, Func<TRequest, ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.Unary<TRequest, TResponse>(method, async (request, call) => await GuardAsync(method, () => handler(request, call)).ConfigureAwait(false));

    public void ServerStreaming<TRequest, TResponse>(string method, Func<TRequest, ServerCall<TRequest, TResponse>, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.ServerStreaming<TRequest, TResponse>(method, (request, call) => GuardAsync(method, () => handler(request, call)));

    public void ClientStreaming<TRequest, TResponse>(string method, Func<ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.ClientStreaming<TRequest, TResponse>(method, async call => await GuardAsync(method, () => handler(call)).ConfigureAwait(false));

    public void Duplex<TRequest, TResponse>(string method, Func<ServerCall<TRequest, TResponse>, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.Duplex<TRequest, TResponse>(method, call => GuardAsync(method, () => handler(call)));

    public void Unimplemented(string method) => binder.Unimplemented(method);

    private async Task GuardAsync(string method, Func<Task> handler)
    {
        try
        {
            await handler().ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(method, e) is { } status)
        {
            throw status;
        }
    }

    private async Task<T> GuardAsync<T>(string method, Func<ValueTask<T>> handler)
    {
        try
        {
            return await handler().ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(method, e) is { } status)
        {
            throw status;
        }
    }

    private RpcException? Translate(string method, Exception error)
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
