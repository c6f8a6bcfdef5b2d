using System.Net;
using System.Net.Sockets;

namespace Guardian.Demo;

/// <summary>Ports for servers of one's own on loopback.</summary>
/// <remarks>
/// They are below those that Linux gives to outgoing connections (from 32768): one of these, once it is released, is soon some client's, and the server that was
/// to have it does not start. No port is given twice by one process until all of them have been.
/// </remarks>
internal static class LoopbackPort
{
    private const int First = 21_700, Count = 11_000;
    private static int _last = Random.Shared.Next(Count);

    /// <summary>A port that nobody listens on.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static int Find()
    {
        for (int i = 0; i < Count; i++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new IOException($"none of the ports {First} to {First + Count - 1} of 127.0.0.1 is free");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
