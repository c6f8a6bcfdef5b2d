using System.Net;
using System.Net.Sockets;

namespace Guardian.Testing;

/// <summary>A line to a server on loopback: it counts what goes over it, and a test can cut it or let it stall.</summary>
public sealed class FaultyLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private CancellationTokenSource _line = new();
    private TaskCompletionSource _open = Opened();
    private long _sent;

    public FaultyLine(string endpoint)
    {
        _target = new Uri(endpoint).Port;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Bytes that went to the server.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Whether connections are refused.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Drops every connection, and those to come.</summary>
    public void Cut()
    {
        IsCut = true;
        Interlocked.Exchange(ref _line, new CancellationTokenSource()).Cancel();
    }

    /// <summary>Lets connections through again.</summary>
    public void Mend() => IsCut = false;

    /// <summary>Holds back every byte, in both directions, without an error.</summary>
    public void Stall() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets bytes flow again.</summary>
    public void Flow() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Flow();
        await _line.CancelAsync();
        await ((Task)_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            _ = ServeAsync(client, _line.Token);
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cut)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                if (IsCut)
                {
                    return;
                }

                await server.ConnectAsync(IPAddress.Loopback, _target, cut);
                await Task.WhenAny(PumpAsync(client, server, true, cut), PumpAsync(server, client, false, cut));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Cut, or the server is away: the connection ends, as it would.
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool up, CancellationToken cut)
    {
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            int count = await from.ReceiveAsync(buffer, cut);
            await _open.Task.WaitAsync(cut);
            if (count == 0)
            {
                return;
            }

            if (up)
            {
                Interlocked.Add(ref _sent, count);
            }

            await to.SendAsync(buffer.AsMemory(0, count), cut);
        }
    }
}
