using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Guardian.Tunnel;

/// <summary>One connection to the edge port; a feature of its requests.</summary>
internal sealed class EdgeSocket(ConnectionContext connection, Socket? socket)
{
    private TcpCounters _last;

    /// <summary>Whose it is, once a call on it was admitted.</summary>
    public EdgeId? Edge { get; set; }

    /// <summary>The serial number of the certificate that it was made with, once a call on it was admitted.</summary>
    public string Serial { get; set; } = "";

    /// <summary>The name of that certificate's authority.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What it has carried so far; what it carried in all once it is gone.</summary>
    public TcpCounters Counters
    {
        get
        {
            TcpCounters now = socket is null ? default : TcpCounters.Read(socket);
            return now == default ? _last : _last = now;
        }
    }

    /// <summary>Breaks it off.</summary>
    public void Abort() => connection.Abort(new ConnectionAbortedException("the edge is shut out"));
}
