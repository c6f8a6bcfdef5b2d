using System.Net;
using Guardian.Grpc;
using Microsoft.AspNetCore.Http;

namespace Guardian.Tunnel;

/// <summary>Who is connected, how well, and since when not. Safe for use by many threads.</summary>
public sealed class EdgeConnections
{
    /// <summary>An edge that was shut out has this long to read why, then its connections are broken off.</summary>
    private static readonly TimeSpan PartingTime = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<EdgeId, EdgeLink> _links = [];
    private readonly TimeSpan _silentAfter;
    private readonly TimeSpan _goneAfter;
    private readonly TimeProvider _time;

    internal EdgeConnections(TunnelOptions options, TimeProvider time)
    {
        _silentAfter = options.SilentAfter;
        _goneAfter = options.GoneAfter;
        _time = time;
    }

    /// <summary>How an edge is connected now.</summary>
    /// <param name="edge">The edge as the registry holds it.</param>
    public EdgeConnection Get(RegisteredEdge edge)
    {
        ArgumentNullException.ThrowIfNull(edge);
        lock (_lock)
        {
            EdgeLink? link = _links.GetValueOrDefault(edge.Id);
            TcpCounters counters = link?.Counters ?? default;
            DateTimeOffset? contact = LastContact(edge, link);
            return new EdgeConnection
            {
                Edge = edge.Id,
                State = StateOf(edge, contact),
                LastContactAt = contact,
                OpenCalls = link?.Calls.Count ?? 0,
                TakesCommands = link?.TakesCommands ?? false,
                LatencyMedian = link?.Latency.Percentile(0.5),
                LatencyP95 = link?.Latency.Percentile(0.95),
                ClockOffset = link?.ClockOffset,
                BytesReceived = counters.Received,
                BytesSent = counters.Sent,
                Address = link?.Address,
                LastHandshakeAt = link?.LastHandshake,
                TunnelEndPoint = link?.TunnelEndPoint,
            };
        }
    }

    /// <summary>Remembers a call from before its edge is looked up until it is over.</summary>
    internal IDisposable Hold(EdgeId edge, ServerCall call)
    {
        lock (_lock)
        {
            LinkOf(edge).Calls.Add(call);
        }

        return new Release(() =>
        {
            lock (_lock)
            {
                LinkOf(edge).Calls.Remove(call);
            }
        });
    }

    /// <summary>An edge made a call that was admitted.</summary>
    internal void Seen(EdgeId edge, HttpContext context)
    {
        lock (_lock)
        {
            EdgeLink link = LinkOf(edge);
            link.LastContact = _time.GetUtcNow();
            link.Address = context.Connection.RemoteIpAddress;
            if (context.Features.Get<EdgeSocket>() is { } socket)
            {
                socket.Edge = edge;
                socket.Issuer = context.Connection.ClientCertificate!.Issuer;
                socket.Serial = context.Connection.ClientCertificate!.SerialNumber;
                link.Sockets.Add(socket);
            }
        }
    }

    /// <summary>An edge answered a call of the node's.</summary>
    internal void Contact(EdgeId edge)
    {
        lock (_lock)
        {
            LinkOf(edge).LastContact = _time.GetUtcNow();
        }
    }

    /// <summary>A connection to the edge port is gone.</summary>
    internal void Closed(EdgeSocket socket)
    {
        lock (_lock)
        {
            if (socket.Edge is { } edge && LinkOf(edge) is var link && link.Sockets.Remove(socket))
            {
                TcpCounters last = socket.Counters;
                link.Closed = new TcpCounters(link.Closed.Received + last.Received, link.Closed.Sent + last.Sent);
            }
        }
    }

    /// <summary>An edge said what time it has.</summary>
    internal void Clock(EdgeId edge, TimeSpan offset)
    {
        lock (_lock)
        {
            LinkOf(edge).ClockOffset = offset;
        }
    }

    /// <summary>An edge answered a ping.</summary>
    internal void Pong(EdgeId edge, TimeSpan roundTrip, TimeSpan clockOffset)
    {
        lock (_lock)
        {
            EdgeLink link = LinkOf(edge);
            link.LastContact = _time.GetUtcNow();
            link.Latency.Add(roundTrip);
            link.ClockOffset = clockOffset;
        }
    }

    /// <summary>An edge's tunnel shook hands.</summary>
    internal void Handshake(EdgeId edge, DateTimeOffset at, IPEndPoint? endPoint)
    {
        lock (_lock)
        {
            EdgeLink link = LinkOf(edge);
            link.LastHandshake = at;
            link.TunnelEndPoint = endPoint;
            link.LastContact = link.LastContact > at ? link.LastContact : at;
        }
    }

    /// <summary>An edge's command stream is open, or is not any more.</summary>
    internal void TakesCommands(EdgeId edge, bool open)
    {
        lock (_lock)
        {
            LinkOf(edge).TakesCommands = open;
        }
    }

    /// <summary>Whether an edge's command stream is open.</summary>
    internal bool IsTakingCommands(EdgeId edge)
    {
        lock (_lock)
        {
            return LinkOf(edge).TakesCommands;
        }
    }

    /// <summary>Ends every call of an edge with a status, and a moment later its connections; those made with an accepted certificate stay.</summary>
    internal async Task EndAsync(EdgeId edge, IReadOnlySet<string> acceptedSerials, RpcException status)
    {
        ServerCall[] calls;
        lock (_lock)
        {
            calls = [.. LinkOf(edge).Calls.Where(c => !acceptedSerials.Contains(c.HttpContext.Connection.ClientCertificate!.SerialNumber))];
        }

        foreach (ServerCall call in calls)
        {
            call.End(status);
        }

        // The system's clock: a peer that does not read its status must not stay for as long as somebody's clock stands still.
        await Task.Delay(PartingTime, CancellationToken.None).ConfigureAwait(false);
        EdgeSocket[] sockets;
        lock (_lock)
        {
            sockets = [.. LinkOf(edge).Sockets.Where(s => !acceptedSerials.Contains(s.Serial))];
        }

        foreach (EdgeSocket socket in sockets)
        {
            socket.Abort();
        }
    }

    /// <summary>The edges that have calls or connections open.</summary>
    internal IReadOnlyList<EdgeId> ListOpen()
    {
        lock (_lock)
        {
            return [.. _links.Where(l => l.Value.Calls.Count > 0 || l.Value.Sockets.Count > 0).Select(l => l.Key)];
        }
    }

    /// <summary>Ends what was connected with a certificate of an authority that is not trusted any more.</summary>
    internal async Task EndUntrustedAsync(IReadOnlySet<string> trustedIssuers)
    {
        List<EdgeId> edges;
        Dictionary<EdgeId, HashSet<string>> accepted = [];
        lock (_lock)
        {
            foreach ((EdgeId edge, EdgeLink link) in _links)
            {
                accepted[edge] = [.. link.Sockets.Where(s => trustedIssuers.Contains(s.Issuer)).Select(s => s.Serial)];
            }

            edges = [.. _links.Keys];
        }

        await Task.WhenAll(edges.Select(e => EndAsync(e, accepted[e], new RpcException(StatusCode.Unauthenticated, "this certificate's authority was replaced")))).ConfigureAwait(false);
    }

    /// <summary>The edges that were heard of since <see cref="Recorded"/>.</summary>
    internal IReadOnlyList<(EdgeId Edge, DateTimeOffset At)> ListContacts()
    {
        lock (_lock)
        {
            var contacts = new List<(EdgeId, DateTimeOffset)>();
            foreach ((EdgeId edge, EdgeLink link) in _links)
            {
                if (link.LastContact is { } at && at != link.LastRecorded)
                {
                    contacts.Add((edge, at));
                }
            }

            return contacts;
        }
    }

    /// <summary>Contacts are in the registry.</summary>
    internal void Recorded(IReadOnlyList<(EdgeId Edge, DateTimeOffset At)> contacts)
    {
        lock (_lock)
        {
            foreach ((EdgeId edge, DateTimeOffset at) in contacts)
            {
                LinkOf(edge).LastRecorded = at;
            }
        }
    }

    /// <summary>The state to announce for an edge; null when it is the one that was announced last.</summary>
    internal (EdgeConnectionState? From, EdgeConnectionState To)? TakeChange(RegisteredEdge edge)
    {
        lock (_lock)
        {
            EdgeLink link = LinkOf(edge.Id);
            EdgeConnectionState now = StateOf(edge, LastContact(edge, link));
            if (link.Announced == now)
            {
                return null;
            }

            EdgeConnectionState? before = link.Announced;
            link.Announced = now;
            return (before, now);
        }
    }

    private static DateTimeOffset? LastContact(RegisteredEdge edge, EdgeLink? link) => link?.LastContact > edge.LastSeenAt || edge.LastSeenAt is null ? link?.LastContact : edge.LastSeenAt;

    private EdgeConnectionState StateOf(RegisteredEdge edge, DateTimeOffset? contact)
    {
        if (edge.State == EdgeState.Revoked)
        {
            return EdgeConnectionState.Revoked;
        }

        return contact is not { } at
            ? EdgeConnectionState.NeverSeen
            : (_time.GetUtcNow() - at) switch
            {
                var silence when silence <= _silentAfter => EdgeConnectionState.Connected,
                var silence when silence <= _goneAfter => EdgeConnectionState.Silent,
                _ => EdgeConnectionState.Gone,
            };
    }

    private EdgeLink LinkOf(EdgeId edge)
    {
        if (!_links.TryGetValue(edge, out EdgeLink? link))
        {
            _links[edge] = link = new EdgeLink();
        }

        return link;
    }

    private sealed class Release(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
