using System.Net;
using Google.Protobuf;

namespace Guardian.Grpc;

/// <summary>
/// Calls to one server over shared HTTP/2 connections. Make one for each server and keep it; safe for concurrent use. It neither retries nor balances.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    // An invoker and not an HttpClient, which would end every call after 100 s and may buffer responses.
    private readonly HttpMessageInvoker _http;

    /// <summary>Makes a channel. Nothing is connected before the first call.</summary>
    /// <param name="address">The server: <c>http://host:port</c> for cleartext HTTP/2, <c>https://host:port</c> for TLS. A path is not allowed.</param>
    /// <param name="options">The bounds; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address or the options are unsound; the message names what.</exception>
    public GrpcChannel(Uri address, GrpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/")
        {
            throw new ArgumentException("The address must be http://host:port or https://host:port, without a path.", nameof(address));
        }

        options ??= new GrpcChannelOptions();
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        Address = address;
        Options = options.Copy();
        _http = new HttpMessageInvoker(CreateHandler(Options));
    }

    /// <summary>The server.</summary>
    public Uri Address { get; }

    internal GrpcChannelOptions Options { get; }

    /// <summary>Makes a unary call and waits for its response.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method; its request must not be a stream.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">Metadata, time limit and compression; null for none.</param>
    /// <param name="cancellationToken">Cancels the call, which then ends with <see cref="StatusCode.Cancelled"/>.</param>
    /// <returns>The response.</returns>
    /// <exception cref="RpcException">The call ended with a status other than OK, also when it was cancelled here.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using GrpcCall<TRequest, TResponse> call = StartCall(method, request, options, cancellationToken);
        return await call.ResponseAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Starts a call whose requests are written to it.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method; its request must be a stream.</param>
    /// <param name="options">Metadata, time limit and compression; null for none.</param>
    /// <param name="cancellationToken">Cancels the call at any time until it is over.</param>
    /// <returns>The call. Dispose it; that cancels what is not over.</returns>
    /// <exception cref="ArgumentException">The method takes a single request.</exception>
    public GrpcCall<TRequest, TResponse> StartCall<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        RequireRequestStream(method.Descriptor.IsClientStreaming, expected: true, method.FullName);
        return new GrpcCall<TRequest, TResponse>(this, method, request: null, options ?? new GrpcCallOptions(), cancellationToken);
    }

    /// <summary>Starts a call that has a single request.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method; its request must not be a stream.</param>
    /// <param name="request">The request; do not change it until the call is over, the transport may serialize it again.</param>
    /// <param name="options">Metadata, time limit and compression; null for none.</param>
    /// <param name="cancellationToken">Cancels the call at any time until it is over.</param>
    /// <returns>The call. Dispose it; that cancels what is not over.</returns>
    /// <exception cref="ArgumentException">The method takes a stream of requests.</exception>
    /// <exception cref="RpcException">The request is over <see cref="GrpcChannelOptions.MaxSendMessageSize"/>.</exception>
    public GrpcCall<TRequest, TResponse> StartCall<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(request);
        RequireRequestStream(method.Descriptor.IsClientStreaming, expected: false, method.FullName);
        return new GrpcCall<TRequest, TResponse>(this, method, request, options ?? new GrpcCallOptions(), cancellationToken);
    }

    /// <summary>Closes the connections; calls that still run end with an error.</summary>
    public void Dispose() => _http.Dispose();

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _http.SendAsync(request, cancellationToken);

    private static SocketsHttpHandler CreateHandler(GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,

            // A server allows a hundred calls on a connection, commonly; the next one would wait without this.
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,

            // The call writes the trace headers itself, from its own activity.
            ActivityHeadersPropagator = null,
        };
        options.ConfigureHandler?.Invoke(handler);
        return handler;
    }

    private static void RequireRequestStream(bool actual, bool expected, string method)
    {
        if (actual != expected)
        {
            throw new ArgumentException(actual
                ? $"{method} takes a stream of requests: start the call without one and write them."
                : $"{method} takes a single request: pass it to StartCall.");
        }
    }
}
