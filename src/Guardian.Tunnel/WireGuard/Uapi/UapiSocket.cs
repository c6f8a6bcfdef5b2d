using System.Net.Sockets;
using System.Security.Cryptography;

namespace Guardian.Tunnel;

/// <summary>Asks a userspace device over its unix socket, one request a connection.</summary>
internal sealed class UapiSocket(string device, string path, TimeProvider time)
{
    /// <summary>A device answers within milliseconds; one that does not is stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Sends a request and reads the answer.</summary>
    /// <param name="request">The request; it is overwritten, because it may hold the device's key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">Nobody listens, the answer does not come in time, or the device refuses.</exception>
    public async Task<WireGuardDeviceStatus> AskAsync(byte[] request, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token).ConfigureAwait(false);
            var stream = new NetworkStream(socket);
            await using (stream.ConfigureAwait(false))
            {
                return await ExchangeAsync(stream, request, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new TunnelException($"{device}: the device's socket {path} does not answer: {e.Message}", isTransient: true, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException($"{device}: the device did not answer within {Patience.TotalSeconds:0} s", isTransient: true, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request);
        }
    }

    private async Task<WireGuardDeviceStatus> ExchangeAsync(NetworkStream stream, byte[] request, CancellationToken cancellationToken)
    {
        // Read while writing: a device that dislikes a line says so and closes before it has read the rest.
        Task<WireGuardDeviceStatus> reply = ReadReplyAsync(stream, device, time, cancellationToken);
        try
        {
            await stream.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The answer, or its absence, says more.
        }
        catch
        {
            await ((Task)reply).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await reply.ConfigureAwait(false);
    }

    /// <summary>Reads an answer up to its blank line, and no more than is allowed.</summary>
    internal static async Task<WireGuardDeviceStatus> ReadReplyAsync(Stream stream, string device, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int size = 0, lineStart = 0;
            while (true)
            {
                if (size == buffer.Length)
                {
                    buffer = Grow(buffer, device);
                }

                int read = await stream.ReadAsync(buffer.AsMemory(size), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new TunnelException($"{device}: the device closed the connection before its answer ended", isTransient: true);
                }

                size += read;
                if (TryFindEnd(buffer.AsSpan(0, size), ref lineStart, device))
                {
                    return UapiReply.Parse(buffer.AsSpan(0, size), device, time.GetUtcNow());
                }
            }
        }
        finally
        {
            // A get's answer holds the device's private key.
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Looks for the blank line that ends an answer.</summary>
    /// <param name="reply">What has come so far.</param>
    /// <param name="lineStart">Where the line begins that was not complete the last time.</param>
    /// <param name="device">Names the device in errors.</param>
    private static bool TryFindEnd(ReadOnlySpan<byte> reply, ref int lineStart, string device)
    {
        int length;
        while ((length = reply[lineStart..].IndexOf((byte)'\n')) >= 0)
        {
            if (length == 0)
            {
                return true;
            }

            lineStart += length + 1;
        }

        return reply.Length - lineStart <= UapiReply.MaxLine ? false : throw UapiReply.Malformed(device, $"a line is longer than {UapiReply.MaxLine} bytes");
    }

    private static byte[] Grow(byte[] buffer, string device)
    {
        if (buffer.Length >= UapiReply.MaxSize)
        {
            throw UapiReply.Malformed(device, $"it is longer than {UapiReply.MaxSize} bytes");
        }

        byte[] larger = new byte[buffer.Length * 2];
        buffer.CopyTo(larger, 0);
        CryptographicOperations.ZeroMemory(buffer);
        return larger;
    }
}
