using Google.Protobuf;
using Google.Protobuf.Reflection;
using Guardian.Grpc.Server;

namespace Guardian.Grpc;

/// <summary>
/// Binds handlers to the methods of one service, inside <see cref="GrpcServer.AddService"/>. Every binding checks the method's name, message types
/// and streaming kind against the descriptor and throws <see cref="ArgumentException"/> at start-up where they differ.
/// </summary>
public sealed class ServiceBinder
{
    private readonly ServiceDescriptor _service;
    private readonly Dictionary<string, MethodHandler> _handlers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unserved = new(StringComparer.Ordinal);

    internal ServiceBinder(ServiceDescriptor service) => _service = service;

    /// <summary>Largest request message of this service in bytes; null, the default, for <see cref="GrpcServerOptions.MaxReceiveMessageSize"/>. At least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxReceiveMessageSize
    {
        get;
        set
        {
            if (value is { } size)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(MaxReceiveMessageSize));
            }

            field = value;
        }
    }

    /// <summary>Serves a method with one request and one response.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">Gets the request; returns the response.</param>
    /// <exception cref="ArgumentException">See <see cref="ServiceBinder"/>.</exception>
    public void Unary<TRequest, TResponse>(string method, Func<TRequest, ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add<TRequest, TResponse>(method, clientStreaming: false, serverStreaming: false, async call =>
        {
            TRequest request = await call.ReadSingleAsync().ConfigureAwait(false);
            call.Append(await handler(request, call).ConfigureAwait(false));
        });
    }

    /// <summary>Serves a method with one request and a stream of responses.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">Gets the request and writes to the call; the stream ends with its task.</param>
    /// <exception cref="ArgumentException">See <see cref="ServiceBinder"/>.</exception>
    public void ServerStreaming<TRequest, TResponse>(string method, Func<TRequest, ServerCall<TRequest, TResponse>, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add<TRequest, TResponse>(method, clientStreaming: false, serverStreaming: true, async call =>
        {
            TRequest request = await call.ReadSingleAsync().ConfigureAwait(false);
            await handler(request, call).ConfigureAwait(false);
        });
    }

    /// <summary>Serves a method with a stream of requests and one response.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">Reads from the call; returns the response, and may do so before the client's end.</param>
    /// <exception cref="ArgumentException">See <see cref="ServiceBinder"/>.</exception>
    public void ClientStreaming<TRequest, TResponse>(string method, Func<ServerCall<TRequest, TResponse>, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add<TRequest, TResponse>(method, clientStreaming: true, serverStreaming: false, async call => call.Append(await handler(call).ConfigureAwait(false)));
    }

    /// <summary>Serves a method with a stream each way.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method's name.</param>
    /// <param name="handler">Reads and writes as it likes; the call ends with its task.</param>
    /// <exception cref="ArgumentException">See <see cref="ServiceBinder"/>.</exception>
    public void Duplex<TRequest, TResponse>(string method, Func<ServerCall<TRequest, TResponse>, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(handler);
        Add(method, clientStreaming: true, serverStreaming: true, handler);
    }

    /// <summary>Says that a method is left out on purpose: its callers get <see cref="StatusCode.Unimplemented"/>.</summary>
    /// <param name="method">The method's name.</param>
    /// <exception cref="ArgumentException">The service has no such method, or it is bound already.</exception>
    public void Unimplemented(string method)
    {
        if (_service.FindMethodByName(method) is null)
        {
            throw new ArgumentException($"Service {_service.FullName} has no method '{method}'.", nameof(method));
        }

        if (_handlers.ContainsKey(method) || !_unserved.Add(method))
        {
            throw AlreadyBound(method);
        }
    }

    /// <summary>The bound methods, once it is sure that none was forgotten.</summary>
    internal IEnumerable<MethodHandler> Complete(int defaultMaxReceiveMessageSize)
    {
        string[] forgotten = [.. _service.Methods.Select(m => m.Name).Where(name => !_handlers.ContainsKey(name) && !_unserved.Contains(name))];
        if (forgotten.Length > 0)
        {
            throw new ArgumentException(
                $"Service {_service.FullName} has methods that nobody serves: {string.Join(", ", forgotten)}. Bind them, or mark them with {nameof(Unimplemented)}.");
        }

        foreach (MethodHandler handler in _handlers.Values)
        {
            handler.MaxReceiveMessageSize = MaxReceiveMessageSize ?? defaultMaxReceiveMessageSize;
        }

        return _handlers.Values;
    }

    private void Add<TRequest, TResponse>(string name, bool clientStreaming, bool serverStreaming, Func<ServerCall<TRequest, TResponse>, Task> run)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var method = new GrpcMethod<TRequest, TResponse>(_service, name);
        if (method.Descriptor.IsClientStreaming != clientStreaming || method.Descriptor.IsServerStreaming != serverStreaming)
        {
            throw new ArgumentException(
                $"Method {method.Descriptor.FullName} is {Kind(method.Descriptor.IsClientStreaming, method.Descriptor.IsServerStreaming)}, "
                + $"but was bound as {Kind(clientStreaming, serverStreaming)}.",
                nameof(name));
        }

        if (_unserved.Contains(name) || !_handlers.TryAdd(name, new MethodHandler<TRequest, TResponse>(method, run)))
        {
            throw AlreadyBound(name);
        }
    }

    private ArgumentException AlreadyBound(string method) => new($"Method {_service.FullName}.{method} is bound already.", nameof(method));

    private static string Kind(bool clientStreaming, bool serverStreaming) => (clientStreaming, serverStreaming) switch
    {
        (false, false) => "unary",
        (false, true) => "server streaming",
        (true, false) => "client streaming",
        (true, true) => "duplex",
    };
}
