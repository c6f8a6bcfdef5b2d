using Google.Protobuf.Reflection;
using Guardian.Grpc.Server;
using Guardian.Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Guardian.Grpc;

/// <summary>
/// What a handler sees of its call, whatever the message types. Valid until the handler's task ends. One task may read while another writes;
/// everything else is for one task at a time.
/// </summary>
public abstract class ServerCall
{
    private readonly IdleTimer _idle;
    private readonly CallLifetime _lifetime;

    private protected ServerCall(HttpContext context, MethodDescriptor method, IdleTimer idle, CallLifetime lifetime)
    {
        HttpContext = context;
        Method = method;
        Deadline = lifetime.Deadline;
        CancellationToken = lifetime.Token;
        _idle = idle;
        _lifetime = lifetime;
    }

    /// <summary>The HTTP request below: the connection, the client's certificate, the request's services.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The method that was called.</summary>
    public MethodDescriptor Method { get; }

    /// <summary>Fires when the client cancels or goes away, at <see cref="Deadline"/>, and on <see cref="End"/>. Pass it to everything the handler waits for.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>When the client stops waiting; null when it set no deadline. Deadlines beyond 40 days count as 40 days.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Metadata from the client, without the protocol's own headers.</summary>
    /// <exception cref="RpcException">A binary value is not base64; let it pass, it ends the call as it should.</exception>
    public Metadata RequestHeaders => field ??= ReadRequestHeaders();

    /// <summary>Metadata to send before the first message. What is added after the headers went is lost.</summary>
    public Metadata ResponseHeaders { get; } = [];

    /// <summary>Metadata to send with the status, after the last message.</summary>
    public Metadata ResponseTrailers { get; } = [];

    /// <summary>
    /// Whether messages written from now on are compressed with gzip, if the client accepts it. Default false. It takes effect only if it is
    /// true when the response headers go out; after that it may be switched for each message. Never compress secrets together with what an attacker chooses.
    /// </summary>
    public bool CompressResponses { get; set; }

    /// <summary>Whether the client accepts gzip.</summary>
    public bool ClientAcceptsGzip =>
        HttpContext.Request.Headers[Protocol.AcceptEncodingHeader].ToString().Split(',', StringSplitOptions.TrimEntries).Contains(Protocol.Gzip, StringComparer.Ordinal);

    /// <summary>Whether the request message read last came compressed.</summary>
    public abstract bool LastRequestCompressed { get; }

    /// <summary>
    /// Longest silence of the client while this call waits for a message; see <see cref="GrpcServerOptions.ReadIdleTimeout"/>, which is the default.
    /// A change holds from the next read.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 10 ms to 20 days, and not infinite.</exception>
    public TimeSpan ReadIdleTimeout
    {
        get => _idle.Timeout;
        set
        {
            if (!GrpcServerOptions.IsIdleTimeout(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "ReadIdleTimeout must be from 10 ms to 20 days, or infinite.");
            }

            _idle.Timeout = value;
        }
    }

    /// <summary>
    /// Ends this call from outside its handler, for instance because the caller has lost its right to speak: <see cref="CancellationToken"/> fires, and what the handler's
    /// waits then throw becomes <paramref name="status"/>. A handler that returns all the same has succeeded. Safe from any thread; the first status counts, and a call
    /// that is over stays as it is.
    /// </summary>
    /// <param name="status">What the client is told.</param>
    public void End(RpcException status)
    {
        ArgumentNullException.ThrowIfNull(status);
        _lifetime.End(status);
    }

    internal bool HeadersSent { get; private set; }

    private protected bool GzipDeclared { get; private set; }

    /// <summary>Sends the response headers now instead of with the first message, so that the client knows that its call arrived.</summary>
    /// <returns>A task that ends when they are handed to the transport.</returns>
    /// <exception cref="OperationCanceledException">The call is over.</exception>
    public async Task SendHeadersAsync()
    {
        PrepareHeaders();

        // StartAsync alone leaves HTTP/2 headers in a buffer; flushing the body's writer sends them.
        await HttpContext.Response.BodyWriter.FlushAsync(CancellationToken).ConfigureAwait(false);
    }

    private protected void PrepareHeaders()
    {
        if (HeadersSent)
        {
            return;
        }

        HeadersSent = true;
        HttpResponse response = HttpContext.Response;
        response.ContentType = Protocol.ContentType;
        response.Headers[Protocol.AcceptEncodingHeader] = Protocol.AcceptedEncodings;
        if (CompressResponses && ClientAcceptsGzip)
        {
            GzipDeclared = true;
            response.Headers[Protocol.EncodingHeader] = Protocol.Gzip;
        }

        ResponseStatus.Append(response.Headers, ResponseHeaders);
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in HttpContext.Request.Headers)
        {
            foreach (string? value in values)
            {
                metadata.Receive(name, value ?? "");
            }
        }

        return metadata;
    }
}
