using System.Buffers.Binary;
using System.Net.Sockets;

namespace Guardian.Tunnel;

/// <summary>What the kernel counted on a TCP connection (<c>struct tcp_info</c> of linux/tcp.h), which costs the connection nothing.</summary>
/// <param name="Received">Bytes received.</param>
/// <param name="Sent">Bytes sent and acknowledged.</param>
internal readonly record struct TcpCounters(long Received, long Sent)
{
    private const int TcpLevel = 6, TcpInfoOption = 11, BytesAckedAt = 120, BytesReceivedAt = 128;

    /// <summary>Reads the counters; zeros where the system does not keep them or the connection is gone.</summary>
    public static TcpCounters Read(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        Span<byte> info = stackalloc byte[BytesReceivedAt + sizeof(long)];
        try
        {
            return socket.GetRawSocketOption(TcpLevel, TcpInfoOption, info) < info.Length
                ? default
                : new TcpCounters(BinaryPrimitives.ReadInt64LittleEndian(info[BytesReceivedAt..]), BinaryPrimitives.ReadInt64LittleEndian(info[BytesAckedAt..]));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return default;
        }
    }
}
