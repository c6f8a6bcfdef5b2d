using System.Net;
using System.Net.Sockets;

namespace Guardian.Demo;

/// <summary>Makes a node in a namespace reachable on this machine's loopback, which is the one place where a browser lets a page without TLS use WebCrypto.</summary>
internal sealed class LoopbackForwarder : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    public LoopbackForwarder(int port, IPEndPoint target)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The demo ends.
        }
    }

    private async Task ForwardAsync(TcpClient near)
    {
        using (near)
        using (var far = new TcpClient())
        {
            try
            {
                await far.ConnectAsync(_target, _stopping.Token);
                await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _stopping.Token), far.GetStream().CopyToAsync(near.GetStream(), _stopping.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // The browser sees its connection close, as it would without a forwarder.
            }
        }
    }
}
