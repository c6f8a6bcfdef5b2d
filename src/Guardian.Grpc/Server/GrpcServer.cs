using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Guardian.Grpc.Server;
using Guardian.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Guardian.Grpc;

/// <summary>
/// Serves gRPC calls on Kestrel. Add the services at start-up, then give <see cref="HandleAsync"/> to the pipeline. Calls may run while a service is
/// added; adding itself is for one thread at a time.
/// </summary>
public sealed class GrpcServer
{
    private readonly GrpcServerOptions _options;
    private readonly ILogger<GrpcServer> _logger;
    private readonly ServerCallRunner _runner;
    private volatile ServiceDescriptor[] _services = [];
    private volatile FrozenDictionary<string, MethodHandler> _handlers = FrozenDictionary<string, MethodHandler>.Empty;

    /// <summary>Makes a server without services.</summary>
    /// <param name="options">Its bounds.</param>
    /// <param name="logger">Gets what handlers threw. Event ids 1000 to 1099.</param>
    /// <param name="timeProvider">Runs deadlines and idle bounds; null for the system's clock.</param>
    /// <exception cref="ArgumentException">The options are unsound; the message names each key.</exception>
    public GrpcServer(GrpcServerOptions options, ILogger<GrpcServer> logger, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options.Copy();
        _logger = logger;
        _runner = new ServerCallRunner(_options, logger, timeProvider ?? TimeProvider.System);
    }

    /// <summary>The services added so far.</summary>
    public IReadOnlyList<ServiceDescriptor> Services => _services;

    /// <summary>Adds a service with a handler for each of its methods.</summary>
    /// <param name="service">The service, from the generated <c>…Reflection.Descriptor.Services</c>.</param>
    /// <param name="bind">Binds each method, or marks it with <see cref="ServiceBinder.Unimplemented"/>.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">
    /// The service was added before, a method is neither bound nor marked, or a binding names an unknown method, the wrong message types or the
    /// wrong streaming kind. The server is left as it was.
    /// </exception>
    public GrpcServer AddService(ServiceDescriptor service, Action<ServiceBinder> bind)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(bind);
        if (_services.Any(s => s.FullName == service.FullName))
        {
            throw new ArgumentException($"Service {service.FullName} was added before.", nameof(service));
        }

        var binder = new ServiceBinder(service);
        bind(binder);
        var handlers = new Dictionary<string, MethodHandler>(_handlers, StringComparer.Ordinal);
        foreach (MethodHandler handler in binder.Complete(_options.MaxReceiveMessageSize))
        {
            handlers.Add("/" + handler.FullName, handler);
        }

        _handlers = handlers.ToFrozenDictionary(StringComparer.Ordinal);
        _services = [.. _services, service];
        return this;
    }

    /// <summary>
    /// Handles one HTTP request to its end: a <see cref="RequestDelegate"/>. What is not gRPC is refused with HTTP 405, 415 or 426; a gRPC call always ends
    /// with a gRPC status, and nothing that a handler throws comes out of here.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the call.</returns>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Post;
            return;
        }

        if (!Protocol.IsGrpc(context.Request.ContentType))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        if (!HttpProtocol.IsHttp2(context.Request.Protocol) && !HttpProtocol.IsHttp3(context.Request.Protocol))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        if (!_handlers.TryGetValue(context.Request.Path.Value ?? "", out MethodHandler? handler))
        {
            Log.MethodNotServed(_logger);
            ResponseStatus.Write(context, null, StatusCode.Unimplemented, "this server does not serve the method");
            return;
        }

        string? encoding = context.Request.Headers[Protocol.EncodingHeader];
        if (encoding is not (null or Protocol.Identity or Protocol.Gzip))
        {
            context.Response.Headers[Protocol.AcceptEncodingHeader] = Protocol.AcceptedEncodings;
            ResponseStatus.Write(context, null, StatusCode.Unimplemented, "the grpc-encoding is not supported");
            return;
        }

        await _runner.RunAsync(context, handler, gzip: encoding == Protocol.Gzip).ConfigureAwait(false);
    }
}
