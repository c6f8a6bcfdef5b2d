using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Guardian.Grpc;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>A client that speaks HTTP/2 and TLS as it should and sends whatever bytes it likes as messages.</summary>
internal sealed class HostilePeer(string address, X509ChainPolicy trust, X509Certificate2? certificate) : IDisposable
{
    private const int FrameHeader = 5;

    /// <summary>Longer than any answer takes; a call that takes longer hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = trust,
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        },
    });

    /// <summary>Makes a call of all messages at once and waits for its end.</summary>
    /// <param name="path">Service and method.</param>
    /// <param name="messages">The messages, well-formed or not.</param>
    /// <param name="givesUp">Whether the call is given up once the gateway has let it in.</param>
    /// <exception cref="OperationCanceledException">The call hangs.</exception>
    public async Task<HostileAnswer> CallAsync(string path, IReadOnlyList<byte[]> messages, bool givesUp = false)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{address}/{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent(Frame(messages));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        using HttpResponseMessage response = await _http.SendAsync(request, limit.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        if (response.Headers.Contains("grpc-status"))
        {
            return Answer(response.Headers, []);
        }

        if (givesUp)
        {
            return new HostileAnswer(null, "", []);
        }

        byte[] body = await response.Content.ReadAsByteArrayAsync(limit.Token);
        return Answer(response.TrailingHeaders, body);
    }

    public void Dispose() => _http.Dispose();

    private static HostileAnswer Answer(HttpResponseHeaders headers, byte[] body)
    {
        string status = Assert.Single(headers.GetValues("grpc-status"));
        string detail = headers.TryGetValues("grpc-message", out IEnumerable<string>? words) ? words.Single() : "";
        return new HostileAnswer((StatusCode)int.Parse(status, CultureInfo.InvariantCulture), Uri.UnescapeDataString(detail), body);
    }

    private static byte[] Frame(IReadOnlyList<byte[]> messages)
    {
        byte[] frames = new byte[messages.Sum(m => m.Length + FrameHeader)];
        int at = 0;
        foreach (byte[] message in messages)
        {
            BinaryPrimitives.WriteInt32BigEndian(frames.AsSpan(at + 1), message.Length);
            message.CopyTo(frames, at + FrameHeader);
            at += message.Length + FrameHeader;
        }

        return frames;
    }
}
