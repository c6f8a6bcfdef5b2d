using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Client;

/// <summary>The response side of a call: headers, messages, trailers. One reader at a time.</summary>
/// <remarks>
/// 1. Wait for the headers. A status among them ends the call ("trailers-only"), and counts before the HTTP status. 2. Refuse what is not gRPC.
/// 3. Read frames. 4. At the end the trailers' status decides, even over a message that was cut off.
/// </remarks>
internal sealed class ResponseReader(Task<HttpResponseMessage> response, int maxMessageSize) : IDisposable
{
    private HttpResponseMessage? _message;
    private FrameReader? _frames;

    public Metadata Headers { get; } = [];

    public Metadata Trailers { get; } = [];

    public bool LastCompressed => _frames?.LastCompressed ?? false;

    /// <summary>Reads the headers. False when the call ended with them, with OK.</summary>
    /// <exception cref="RpcException">The call ended with them, with another status.</exception>
    public async ValueTask<bool> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        if (_frames is not null)
        {
            return true;
        }

        _message = await response.WaitAsync(cancellationToken).ConfigureAwait(false);
        HttpHeadersNonValidated headers = _message.Headers.NonValidated;
        if (headers.Contains(Protocol.StatusHeader))
        {
            Receive(headers, Trailers);
            ThrowUnlessOk(headers);
            return false;
        }

        Receive(headers, Headers);
        if (_message.StatusCode != HttpStatusCode.OK)
        {
            throw new RpcException(StatusMapping.FromHttp((int)_message.StatusCode), $"the server answered HTTP {(int)_message.StatusCode}");
        }

        if (!Protocol.IsGrpc(First(_message.Content.Headers.NonValidated, "content-type")))
        {
            throw new RpcException(StatusCode.Unknown, "the response is not gRPC: its content-type is another");
        }

        string? encoding = First(headers, Protocol.EncodingHeader);
        if (encoding is not (null or Protocol.Identity or Protocol.Gzip))
        {
            throw new RpcException(StatusCode.Internal, "the grpc-encoding of the response is not supported");
        }

        Stream body = await _message.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
        _frames = new FrameReader(PipeReader.Create(body), maxMessageSize, encoding == Protocol.Gzip);
        return true;
    }

    /// <summary>Reads the next message; no value after the last one, when the status is OK.</summary>
    /// <exception cref="RpcException">Any other status.</exception>
    public async ValueTask<FrameRead<T>> ReadAsync<T>(Func<ReadOnlySequence<byte>, T> take, CancellationToken cancellationToken)
    {
        RpcException? cut = null;
        try
        {
            FrameRead<T> frame = await _frames!.ReadAsync(take, cancellationToken).ConfigureAwait(false);
            if (frame.HasValue)
            {
                return frame;
            }
        }
        catch (RpcException e) when (_frames!.Truncated)
        {
            cut = e;
        }

        HttpHeadersNonValidated trailers = _message!.TrailingHeaders.NonValidated;
        Receive(trailers, Trailers);
        if (trailers.Contains(Protocol.StatusHeader))
        {
            ThrowUnlessOk(trailers);
        }
        else
        {
            cut ??= new RpcException(StatusCode.Unknown, "the response ended without a grpc-status");
        }

        return cut is null ? default : throw cut;
    }

    public void Dispose() => _message?.Dispose();

    private void ThrowUnlessOk(HttpHeadersNonValidated from)
    {
        StatusCode status = StatusMapping.FromNumber(First(from, Protocol.StatusHeader) ?? "");
        if (status != StatusCode.OK)
        {
            throw new RpcException(status, StatusMessage.Decode(First(from, Protocol.MessageHeader) ?? ""), Trailers);
        }
    }

    private static string? First(HttpHeadersNonValidated headers, string name) => headers.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private static void Receive(HttpHeadersNonValidated headers, Metadata target)
    {
        foreach ((string name, HeaderStringValues values) in headers)
        {
            foreach (string value in values)
            {
                target.Receive(name, value);
            }
        }
    }
}
