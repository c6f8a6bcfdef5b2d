using Google.Protobuf;
using Guardian.Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Guardian.Grpc.Server;

/// <inheritdoc/>
internal sealed class MethodHandler<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, Func<ServerCall<TRequest, TResponse>, Task> run) : MethodHandler
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public override string FullName => method.FullName;

    public override ServerCall CreateCall(HttpContext context, ServerCallSettings settings)
    {
        var reader = new FrameReader(context.Request.BodyReader, MaxReceiveMessageSize, settings.Gzip, settings.Idle);
        return new ServerCall<TRequest, TResponse>(context, method, reader, settings.MaxSendMessageSize, settings.Idle, settings.Lifetime);
    }

    public override Task RunAsync(ServerCall call) => run((ServerCall<TRequest, TResponse>)call);
}
