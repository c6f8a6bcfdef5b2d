using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Guardian.Grpc.Client;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc;

/// <summary>
/// One call. One task may write while another reads; <see cref="Cancel"/> may come from anywhere. The status comes from the read side alone: reads throw
/// it as an <see cref="RpcException"/>, writes only say that the call is over. Disposing cancels a call that is not over.
/// </summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class GrpcCall<TRequest, TResponse> : IAsyncDisposable, IDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly GrpcMethod<TRequest, TResponse> _method;
    private readonly GrpcChannelOptions _limits;
    private readonly bool _gzip;
    private readonly CancellationTokenSource _cancel;
    private readonly CancellationTokenSource? _deadline;
    private readonly RequestBody _body;
    private readonly ResponseReader _response;
    private readonly Func<ReadOnlySequence<byte>, TResponse> _parse;
    private readonly Activity? _activity;
    private readonly long _started;
    private RpcException? _failure;
    private int _recorded;
    private int _disposed;
    private bool _ended;

    internal GrpcCall(GrpcChannel channel, GrpcMethod<TRequest, TResponse> method, TRequest? request, GrpcCallOptions options, CancellationToken cancellationToken)
    {
        _method = method;
        _limits = channel.Options;
        _gzip = options.Compress;
        _parse = method.ResponseParser.ParseFrom;
        CompressRequests = options.Compress;
        if (request is not null)
        {
            FrameWriter.CheckedSize(request, _limits.MaxSendMessageSize);
        }

        _started = _limits.TimeProvider.GetTimestamp();
        Activity? current = Activity.Current;
        _activity = GrpcTelemetry.Source.StartActivity(method.FullName, ActivityKind.Client);

        // The activity belongs to the call and not to the code that started it, which goes on beside the call.
        Activity.Current = current;
        if (options.Timeout is { } timeout)
        {
            _deadline = new CancellationTokenSource(TimeoutValue.ForTimer(timeout), _limits.TimeProvider);
            _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
        }
        else
        {
            _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        }

        _body = new RequestBody(request is null ? null : () => Frame(request, _gzip));
        HttpRequestMessage message = CallRequest.Create(channel.Address, method.Path, options, _body, _activity ?? current);
        Task<HttpResponseMessage> response = channel.SendAsync(message, _cancel.Token);

        // Where nobody reads, the failure is seen here; and a writer that waits for the transport is let go.
        _ = response.ContinueWith(
            static (task, body) =>
            {
                _ = task.Exception;
                ((RequestBody)body!).Abandon();
            },
            _body,
            CancellationToken.None,
            TaskContinuationOptions.NotOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _response = new ResponseReader(response, _limits.MaxReceiveMessageSize);
    }

    /// <summary>Metadata that came before the first message; empty until then, and when the server sent a status alone.</summary>
    public Metadata ResponseHeaders => _response.Headers;

    /// <summary>Metadata that came with the status; empty until the call is over.</summary>
    public Metadata ResponseTrailers => _response.Trailers;

    /// <summary>
    /// Whether the messages written from now on are compressed. At first <see cref="GrpcCallOptions.Compress"/>; without effect when that is false.
    /// </summary>
    public bool CompressRequests { get; set; }

    /// <summary>Whether the message read last came compressed.</summary>
    public bool LastResponseCompressed => _response.LastCompressed;

    /// <summary>Sends one request and waits until the transport took it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels the whole call, since a message cannot be taken back half-way.</param>
    /// <returns>False when the call is over: stop writing, and read its status.</returns>
    /// <exception cref="RpcException">The message is over <see cref="GrpcChannelOptions.MaxSendMessageSize"/>; the call goes on.</exception>
    public async ValueTask<bool> WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        using PooledBuffer frame = Frame(message, _gzip && CompressRequests);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static call => ((GrpcCall<TRequest, TResponse>)call!).Cancel(), this);
            Stream stream = await _body.Stream.WaitAsync(_cancel.Token).ConfigureAwait(false);
            await stream.WriteAsync(frame.Written, _cancel.Token).ConfigureAwait(false);

            // Without a flush the transport may hold a small frame back for good.
            await stream.FlushAsync(_cancel.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Says that no request follows. More than once is harmless.</summary>
    /// <returns>A finished task: the transport sends the end by itself.</returns>
    public Task CompleteAsync()
    {
        _body.Complete();
        return Task.CompletedTask;
    }

    /// <summary>Waits for the response's headers, which a server may send long before its first message.</summary>
    /// <param name="cancellationToken">Ends this wait alone; the call goes on.</param>
    /// <returns>A task that ends when <see cref="ResponseHeaders"/> are there.</returns>
    /// <exception cref="RpcException">The call ended with a status other than OK.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended by <paramref name="cancellationToken"/>.</exception>
    public async ValueTask ReadHeadersAsync(CancellationToken cancellationToken = default) =>
        await GuardAsync(static (call, token) => call.ReadHeadersCoreAsync(token), cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the next response.</summary>
    /// <param name="cancellationToken">Ends this wait alone; the call goes on.</param>
    /// <returns>The message, or null after the last one.</returns>
    /// <exception cref="RpcException">The call ended with a status other than OK. Each further read throws it again.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended by <paramref name="cancellationToken"/>.</exception>
    public ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default) =>
        _ended && _failure is null ? default : GuardAsync(static (call, token) => call.ReadCoreAsync(token), cancellationToken);

    /// <summary>Reads every response up to the end. Exceptions are those of <see cref="ReadAsync"/>.</summary>
    /// <param name="cancellationToken">Ends the waits; the call goes on until it is disposed.</param>
    /// <returns>The messages.</returns>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Reads the response of a method that has exactly one, and its status.</summary>
    /// <param name="cancellationToken">Ends the wait; the call goes on until it is disposed.</param>
    /// <returns>The message.</returns>
    /// <exception cref="RpcException">As for <see cref="ReadAsync"/>; <see cref="StatusCode.Unimplemented"/> when there is no message, or more than one.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended by <paramref name="cancellationToken"/>.</exception>
    public async ValueTask<TResponse> ResponseAsync(CancellationToken cancellationToken = default)
    {
        TResponse response = await ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new RpcException(StatusCode.Unimplemented, "the response has no message");
        if (await ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            Cancel();
            throw new RpcException(StatusCode.Unimplemented, "the response has more than one message");
        }

        return response;
    }

    /// <summary>Cancels the call: the server is told, and reads throw <see cref="StatusCode.Cancelled"/> unless the status came before.</summary>
    public void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A cancellation that races with the disposal has nothing left to do.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (!_ended)
        {
            _cancel.Cancel();
        }

        Record(_failure?.StatusCode ?? (_ended ? StatusCode.OK : StatusCode.Cancelled));
        _response.Dispose();
        _body.Abandon();
        _cancel.Dispose();
        _deadline?.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private PooledBuffer Frame(TRequest message, bool gzip)
    {
        var frame = new PooledBuffer(FrameWriter.CheckedSize(message, _limits.MaxSendMessageSize) + FrameWriter.HeaderSize);
        FrameWriter.Write(frame, message, gzip, _limits.MaxSendMessageSize);
        return frame;
    }

    private async ValueTask<TResponse?> ReadHeadersCoreAsync(CancellationToken cancellationToken)
    {
        if (!_ended && !await _response.ReadHeadersAsync(cancellationToken).ConfigureAwait(false))
        {
            End(null);
        }

        return null;
    }

    private async ValueTask<TResponse?> ReadCoreAsync(CancellationToken cancellationToken)
    {
        if (!await _response.ReadHeadersAsync(cancellationToken).ConfigureAwait(false))
        {
            End(null);
            return null;
        }

        FrameRead<TResponse> frame = await _response.ReadAsync(_parse, cancellationToken).ConfigureAwait(false);
        if (!frame.HasValue)
        {
            End(null);
        }

        return frame.Value;
    }

    // Maps what a read throws to the status of the call, and remembers it.
    private async ValueTask<TResponse?> GuardAsync(Func<GrpcCall<TRequest, TResponse>, CancellationToken, ValueTask<TResponse?>> read, CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        ObjectDisposedException.ThrowIf(_disposed == 1, this);
        using CancellationTokenSource? linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, cancellationToken) : null;
        try
        {
            return await read(this, linked?.Token ?? _cancel.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !_cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException("The wait for a response was cancelled.", cancellationToken);
        }
        catch (Exception e)
        {
            RpcException failure = CallFailure.From(e, _deadline is { IsCancellationRequested: true }, _cancel.IsCancellationRequested);
            End(failure);
            throw failure;
        }
    }

    private void End(RpcException? failure)
    {
        _failure = failure;
        _ended = true;
        Record(failure?.StatusCode ?? StatusCode.OK);

        // A writer must learn that the call is over, whichever way.
        _body.Abandon();
        if (failure is not null)
        {
            // What this end refused, the server may still be sending.
            Cancel();
        }
    }

    private void Record(StatusCode status)
    {
        if (Interlocked.Exchange(ref _recorded, 1) == 0)
        {
            GrpcTelemetry.Record(GrpcTelemetry.ClientDuration, _activity, _method.FullName, status, _limits.TimeProvider.GetElapsedTime(_started));
            _activity?.Dispose();
        }
    }
}
