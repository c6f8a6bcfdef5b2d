using System.Collections.Concurrent;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.commands.CommandService</c>: one stream an edge, the newest.</summary>
internal sealed class CommandApi(
    EdgeRegistry registry, EdgeConnections connections, CommandOutcomes outcomes, GatewayMonitor monitor, TimeSpan pingInterval, TimeProvider time, CancellationToken stopping)
{
    /// <summary>A result of 256 KiB and what goes with it.</summary>
    private const int MaxMessage = CommandValidation.MaxResult + (16 << 10);

    private readonly ConcurrentDictionary<EdgeId, ServerCall> _streams = new();

    public void Bind(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Duplex<EdgeMessage, NodeMessage>("Connect", ConnectAsync);
    }

    private async Task ConnectAsync(EdgeId edge, ServerCall<EdgeMessage, NodeMessage> call)
    {
        Replace(edge, call);
        connections.TakesCommands(edge, open: true);

        // Pings tell whether the edge is there; that it has nothing to say is no reason to end the call.
        call.ReadIdleTimeout = Timeout.InfiniteTimeSpan;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping);
        using var session = new CommandSession(edge, call, registry, connections, outcomes, monitor, pingInterval, time);
        try
        {
            await call.SendHeadersAsync().ConfigureAwait(false);
            await CapabilitySync.AskAsync(registry.Commands, connections, edge, ends.Token).ConfigureAwait(false);
            Task sending = session.SendAsync(ends.Token);
            Task reading = session.ReadAsync(ends.Token);
            await Task.WhenAny(sending, reading).ConfigureAwait(false);
            await ends.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, reading).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(StatusCode.Unavailable, "the node is stopping; connect again");
        }
        catch (OperationCanceledException) when (!call.CancellationToken.IsCancellationRequested)
        {
            // The edge has said its last word, or the other half has failed, which WhenAll tells.
        }
        finally
        {
            _streams.TryRemove(KeyValuePair.Create<EdgeId, ServerCall>(edge, call));
            connections.TakesCommands(edge, _streams.ContainsKey(edge));
        }
    }

    /// <summary>The newest stream is the edge's: an older one is one that it has lost and the node does not know it yet.</summary>
    private void Replace(EdgeId edge, ServerCall call)
    {
        ServerCall? former = null;
        _streams.AddOrUpdate(edge, call, (_, f) =>
        {
            former = f;
            return call;
        });
        former?.End(new RpcException(StatusCode.Aborted, "this edge has opened another command stream"));
    }
}
