using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Tests;

/// <summary>A client that speaks HTTP/2 and nothing above it, to say what no gRPC client would.</summary>
internal sealed class RawPeer(Uri address) : IDisposable
{
    public static readonly byte[] ValidRequest = Frame(new SimpleRequest { ResponseSize = 3 });

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());

    public static byte[] Frame(IMessage message, byte flag = 0) => Frame(message.ToByteArray(), flag);

    public static byte[] Frame(byte[] message, byte flag = 0)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public Task<RawAnswer> PostAsync(byte[] body, string? contentType = "application/grpc", params (string Name, string Value)[] headers) =>
        PostAsync(stream => stream.WriteAsync(body).AsTask(), contentType, headers);

    public async Task<RawAnswer> PostAsync(Func<Stream, Task> body, string? contentType = "application/grpc", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, Methods.UnaryCall.Path)) { Content = new RawBody(body) };
        return await SendAsync(request, contentType, headers);
    }

    public async Task<RawAnswer> SendAsync(HttpRequestMessage request, string? contentType = "application/grpc", params (string Name, string Value)[] headers)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (contentType is not null)
        {
            request.Content!.Headers.TryAddWithoutValidation("content-type", contentType);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await _http.SendAsync(request, CancellationToken.None);
        byte[] content = await response.Content.ReadAsByteArrayAsync();
        string? First(string name) =>
            response.Headers.TryGetValues(name, out IEnumerable<string>? values) || response.TrailingHeaders.TryGetValues(name, out values) ? values.First() : null;
        return new RawAnswer(
            (int)response.StatusCode, First("grpc-status"), First("grpc-message"), First("grpc-accept-encoding"), response.Headers.Contains("grpc-status"), content);
    }

    public void Dispose() => _http.Dispose();

    private sealed class RawBody(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
