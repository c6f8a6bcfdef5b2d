using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Guardian.Grpc.Server;
using Guardian.Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Guardian.Grpc;

/// <summary>A call with its messages. For concurrency see <see cref="ServerCall"/>.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class ServerCall<TRequest, TResponse> : ServerCall
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly GrpcMethod<TRequest, TResponse> _method;
    private readonly FrameReader _reader;
    private readonly Func<ReadOnlySequence<byte>, TRequest> _parse;
    private readonly int _maxSendMessageSize;
    private Task _flush = Task.CompletedTask;
    private int _writing;
    private bool _written;

    internal ServerCall(HttpContext context, GrpcMethod<TRequest, TResponse> method, FrameReader reader, int maxSendMessageSize, IdleTimer idle, CallLifetime lifetime)
        : base(context, method.Descriptor, idle, lifetime)
    {
        _method = method;
        _reader = reader;
        _parse = method.RequestParser.ParseFrom;
        _maxSendMessageSize = maxSendMessageSize;
    }

    /// <inheritdoc/>
    public override bool LastRequestCompressed => _reader.LastCompressed;

    /// <summary>Whether the client has sent its last message and it was read past: reads give null from now on.</summary>
    public bool RequestsCompleted { get; private set; }

    /// <summary>Reads the next request.</summary>
    /// <param name="cancellationToken">Ends this wait, beside the call's own token.</param>
    /// <returns>The message, or null after the last one.</returns>
    /// <exception cref="RpcException">The request is malformed, too large, or did not come in time. Let it pass: it is the status of the call.</exception>
    /// <exception cref="OperationCanceledException">The call or the wait is over.</exception>
    public ValueTask<TRequest?> ReadAsync(CancellationToken cancellationToken = default) => ReadCoreAsync(_parse, cancellationToken);

    /// <summary>Reads every request up to the client's end.</summary>
    /// <param name="cancellationToken">Ends the wait, beside the call's own token.</param>
    /// <returns>The messages. Exceptions are those of <see cref="ReadAsync"/>.</returns>
    public async IAsyncEnumerable<TRequest> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>
    /// Reads the next request's bytes where they lie, for bulk data whose copy into a message would cost more than the rest of the call.
    /// </summary>
    /// <typeparam name="T">What is taken from the bytes. A reference type or a nullable one, to tell the end from a value.</typeparam>
    /// <param name="take">
    /// Gets the serialized message; the bytes are valid only until it returns. It may throw <see cref="InvalidProtocolBufferException"/> or
    /// <see cref="InvalidDataException"/>, which ends the call with <see cref="StatusCode.Internal"/>.
    /// </param>
    /// <returns>What <paramref name="take"/> returned, or the default of <typeparamref name="T"/> after the last message; <see cref="RequestsCompleted"/> then says so.</returns>
    /// <exception cref="RpcException">As for <see cref="ReadAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The call is over.</exception>
    public ValueTask<T?> ReadInPlaceAsync<T>(Func<ReadOnlySequence<byte>, T> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        return ReadCoreAsync(take, CancellationToken.None);
    }

    /// <summary>Sends one response and waits until the transport took it, so a client that does not read holds the handler back.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends this wait, beside the call's own token; the message may have gone.</param>
    /// <returns>A task that ends when the transport took the message.</returns>
    /// <exception cref="OperationCanceledException">The call or the wait is over.</exception>
    /// <exception cref="RpcException">The message is over <see cref="GrpcServerOptions.MaxSendMessageSize"/>.</exception>
    /// <exception cref="InvalidOperationException">Another write is running, or the method returns a single response and it was written.</exception>
    public async ValueTask WriteAsync(TResponse message, CancellationToken cancellationToken = default)
    {
        EnterWrite();
        try
        {
            if (!_flush.IsCompleted)
            {
                await WaitForFlushAsync(cancellationToken).ConfigureAwait(false);
            }

            WriteFrame(message);

            // The wait is cancelled, not the flush: Kestrel resets a stream whose flush is cancelled, and its status would be lost.
            ValueTask<FlushResult> flush = HttpContext.Response.BodyWriter.FlushAsync(CancellationToken.None);
            if (!flush.IsCompletedSuccessfully)
            {
                _flush = flush.AsTask();
                await WaitForFlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }

        // A writer whose client is gone swallows what it gets; the token is what tells.
        CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Puts a response behind the headers without a flush: a unary response then shares its packet with the trailers.</summary>
    internal void Append(TResponse message)
    {
        EnterWrite();
        try
        {
            WriteFrame(message);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    /// <summary>Reads the request of a method that has exactly one.</summary>
    internal async ValueTask<TRequest> ReadSingleAsync()
    {
        TRequest first = await ReadAsync().ConfigureAwait(false) ?? throw new RpcException(StatusCode.Unimplemented, "the call has no request message");
        if (await ReadAsync().ConfigureAwait(false) is not null)
        {
            throw new RpcException(StatusCode.Unimplemented, "the call has more than one request message");
        }

        return first;
    }

    private async ValueTask WaitForFlushAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource? linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(CancellationToken, cancellationToken)
            : null;
        await _flush.WaitAsync(linked?.Token ?? CancellationToken).ConfigureAwait(false);
    }

    private void EnterWrite()
    {
        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            throw new InvalidOperationException("Another write of this call is running; await it first.");
        }
    }

    private void WriteFrame(TResponse message)
    {
        ArgumentNullException.ThrowIfNull(message);
        CancellationToken.ThrowIfCancellationRequested();
        if (_written && !_method.Descriptor.IsServerStreaming)
        {
            throw new InvalidOperationException($"{_method.FullName} returns a single response, which was written already.");
        }

        PrepareHeaders();
        FrameWriter.Write(HttpContext.Response.BodyWriter, message, GzipDeclared && CompressResponses, _maxSendMessageSize);
        _written = true;
    }

    private async ValueTask<T?> ReadCoreAsync<T>(Func<ReadOnlySequence<byte>, T> take, CancellationToken cancellationToken)
    {
        if (RequestsCompleted)
        {
            return default;
        }

        using CancellationTokenSource? linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(CancellationToken, cancellationToken)
            : null;
        try
        {
            FrameRead<T> frame = await _reader.ReadAsync(take, linked?.Token ?? CancellationToken).ConfigureAwait(false);
            RequestsCompleted = !frame.HasValue;
            return frame.Value;
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            // A client's reset shows here before RequestAborted fires. Only a read may be read so: elsewhere an IOException is the handler's own.
            throw new OperationCanceledException("The client is gone.", e);
        }
    }
}
