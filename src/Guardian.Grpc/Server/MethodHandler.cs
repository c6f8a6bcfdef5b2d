using Microsoft.AspNetCore.Http;

namespace Guardian.Grpc.Server;

/// <summary>One served method, its types hidden from the dispatcher.</summary>
internal abstract class MethodHandler
{
    /// <summary><c>package.Service/Method</c>.</summary>
    public abstract string FullName { get; }

    /// <summary>The request limit; set once, when the service's binding is complete.</summary>
    public int MaxReceiveMessageSize { get; set; }

    public abstract ServerCall CreateCall(HttpContext context, ServerCallSettings settings);

    public abstract Task RunAsync(ServerCall call);
}
