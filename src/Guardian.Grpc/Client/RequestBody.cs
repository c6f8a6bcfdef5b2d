using System.Net;
using System.Net.Http.Headers;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Client;

/// <summary>The request side of a call: either one frame, or a stream that stays open until the call half-closes.</summary>
/// <remarks>
/// HttpClient cancels the body the moment the server resets or finishes the stream, and reports whichever of body and response faults first. A body
/// that is cancelled therefore must not end before the call does, or the server's status is lost.
/// </remarks>
internal sealed class RequestBody : HttpContent
{
    private readonly Func<PooledBuffer>? _single;
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a body.</summary>
    /// <param name="single">Frames the only request, each time anew since HttpClient may send it again; null for a stream.</param>
    public RequestBody(Func<PooledBuffer>? single)
    {
        _single = single;
        Headers.ContentType = new MediaTypeHeaderValue(Protocol.ContentType);
    }

    /// <summary>Where requests are written, once the transport wants them.</summary>
    public Task<Stream> Stream => _stream.Task;

    /// <summary>Half-closes.</summary>
    public void Complete() => _end.TrySetResult();

    /// <summary>Lets go of the transport when the call is over.</summary>
    public void Abandon()
    {
        _stream.TrySetCanceled();
        _end.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            if (_single is not null)
            {
                using PooledBuffer frame = _single();
                await stream.WriteAsync(frame.Written, cancellationToken).ConfigureAwait(false);
                return;
            }

            // The headers go out now: a server that speaks first must not wait for the first message.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (!_stream.TrySetResult(stream))
            {
                throw new IOException("A streamed request cannot be sent a second time.");
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Swallowed on purpose, see the remarks.
        }

        await _end.Task.ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
