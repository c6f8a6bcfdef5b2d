using Google.Protobuf;
using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Binds handlers of calls that anyone may make.</summary>
internal sealed class PublicBinder(ServiceBinder binder, ILogger logger)
{
    public void MaxReceiveMessageSize(int bytes) => binder.MaxReceiveMessageSize = bytes;

    public void Unary<TRequest, TResponse>(string method, Func<TRequest, ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        binder.Unary<TRequest, TResponse>(method, async (request, call) => await HandlerGuard.RunAsync(method, logger, () => handler(request, call)).ConfigureAwait(false));

    public void Unimplemented(string method) => binder.Unimplemented(method);
}
