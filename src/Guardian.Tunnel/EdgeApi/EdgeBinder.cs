using Google.Protobuf;
using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Binds handlers of calls that only enrolled edges may make: who calls is known before a handler runs, and the call ends when that edge is shut out.</summary>
internal sealed class EdgeBinder(ServiceBinder binder, EdgeGate gate, ILogger logger)
{
    public void MaxReceiveMessageSize(int bytes) => binder.MaxReceiveMessageSize = bytes;

    public void Unary<TRequest, TResponse>(string method, Func<EdgeId, TRequest, ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.Unary<TRequest, TResponse>(method, async (request, call) => await RunAsync(method, call, edge => handler(edge, request, call)).ConfigureAwait(false));

    public void ServerStreaming<TRequest, TResponse>(string method, Func<EdgeId, TRequest, ServerCall<TRequest, TResponse>, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.ServerStreaming<TRequest, TResponse>(method, (request, call) => RunAsync(method, call, edge => handler(edge, request, call)));

    public void ClientStreaming<TRequest, TResponse>(string method, Func<EdgeId, ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.ClientStreaming<TRequest, TResponse>(method, async call => await RunAsync(method, call, edge => handler(edge, call)).ConfigureAwait(false));

    public void Duplex<TRequest, TResponse>(string method, Func<EdgeId, ServerCall<TRequest, TResponse>, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.Duplex<TRequest, TResponse>(method, call => RunAsync(method, call, edge => handler(edge, call)));

    public void Unimplemented(string method) => binder.Unimplemented(method);

    private Task RunAsync(string method, ServerCall call, Func<EdgeId, Task> handler) => HandlerGuard.RunAsync(
        method,
        logger,
        async () =>
        {
            (EdgeId edge, IDisposable hold) = await gate.AdmitAsync(call).ConfigureAwait(false);
            using (hold)
            {
                await handler(edge).ConfigureAwait(false);
            }
        });

    private Task<TResponse> RunAsync<TResponse>(string method, ServerCall call, Func<EdgeId, ValueTask<TResponse>> handler) => HandlerGuard.RunAsync(
        method,
        logger,
        async ValueTask<TResponse> () =>
        {
            (EdgeId edge, IDisposable hold) = await gate.AdmitAsync(call).ConfigureAwait(false);
            using (hold)
            {
                return await handler(edge).ConfigureAwait(false);
            }
        });
}
