using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Guardian.Testing;

namespace Guardian.Tunnel.Tests;

/// <summary>The other end of a device's socket, which answers as a test wants.</summary>
internal sealed class FakeUapiServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, string?> _answer;
    private readonly Task _serving;

    /// <summary>Listens.</summary>
    /// <param name="answer">Gives the answer to a request; null says nothing and keeps the connection.</param>
    public FakeUapiServer(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _serving = ServeAsync();
    }

    public string Path => _folder.File("wg.sock");

    public ConcurrentQueue<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
        _folder.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync(_end.Token);
                string request = await ReadAsync(socket);
                Requests.Enqueue(request);
                if (_answer(request) is { } answer)
                {
                    await SendAsync(socket, answer);
                }
                else
                {
                    await WaitForEndAsync(socket);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task<string> ReadAsync(Socket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith("\n\n", StringComparison.Ordinal))
        {
            int read = await socket.ReceiveAsync(buffer, _end.Token);
            if (read == 0)
            {
                break;
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    private async Task SendAsync(Socket socket, string answer)
    {
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(answer), _end.Token);
        }
        catch (SocketException)
        {
            // The client has heard enough.
        }
    }

    private async Task WaitForEndAsync(Socket socket)
    {
        try
        {
            _ = await socket.ReceiveAsync(new byte[1], _end.Token);
        }
        catch (SocketException)
        {
            // Gone.
        }
    }
}
