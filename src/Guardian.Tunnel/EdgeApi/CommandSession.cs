using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>One open command stream: sends what is queued, records what comes back, measures the round trip.</summary>
internal sealed class CommandSession(
    EdgeId edge, ServerCall<EdgeMessage, NodeMessage> call, EdgeRegistry registry, EdgeConnections connections, CommandOutcomes outcomes, GatewayMonitor monitor, TimeSpan pingInterval, TimeProvider time)
    : IDisposable
{
    /// <summary>Pings without an answer after which the stream counts as broken.</summary>
    private const int MaxUnanswered = 4;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);
    private readonly Lock _pingLock = new();
    private readonly Dictionary<ulong, long> _unanswered = [];
    private ulong _ping;

    /// <summary>Sends what is queued whenever something is, and pings in between.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset nextPing = time.GetUtcNow();
        while (true)
        {
            // Asked for before the look: what is issued during it raises the next.
            Task changed = monitor.CommandsChanged;
            await SendQueuedAsync(cancellationToken).ConfigureAwait(false);
            if (time.GetUtcNow() >= nextPing)
            {
                await PingAsync(cancellationToken).ConfigureAwait(false);
                nextPing = time.GetUtcNow() + pingInterval;
            }

            await Task.WhenAny(changed, Task.Delay(pingInterval, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            switch (message.MessageCase)
            {
                case EdgeMessage.MessageOneofCase.Acknowledgement:
                    await registry.Commands.AcknowledgeAsync(edge, IdOf(message.Acknowledgement.CommandId), cancellationToken).ConfigureAwait(false);
                    break;
                case EdgeMessage.MessageOneofCase.Result:
                    await SettleAsync(message.Result, cancellationToken).ConfigureAwait(false);
                    break;
                case EdgeMessage.MessageOneofCase.Pong:
                    Answered(message.Pong);
                    break;
                default:
                    // An answer that a later edge knows and this node does not.
                    break;
            }
        }
    }

    private async Task SendQueuedAsync(CancellationToken cancellationToken)
    {
        foreach (EdgeCommand command in await registry.Commands.ListQueuedAsync(edge, cancellationToken).ConfigureAwait(false))
        {
            if (_sent.Add(command.Id))
            {
                var message = new Command { CommandId = command.Id, ExpiresAt = UnixNanoseconds.From(command.ExpiresAt), Action = command.Action };
                await WriteAsync(new NodeMessage { Command = message }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        lock (_pingLock)
        {
            if (_unanswered.Count >= MaxUnanswered)
            {
                throw new RpcException(StatusCode.DeadlineExceeded, $"{MaxUnanswered} pings went unanswered");
            }

            _unanswered[++_ping] = time.GetTimestamp();
        }

        await WriteAsync(new NodeMessage { Ping = new Ping { Number = _ping } }, cancellationToken).ConfigureAwait(false);
    }

    private void Answered(Pong pong)
    {
        long sentAt;
        lock (_pingLock)
        {
            if (!_unanswered.Remove(pong.Number, out sentAt))
            {
                return;
            }

            // One answer says that the edge is there; those before it are lost or late.
            foreach (ulong earlier in _unanswered.Keys.Where(n => n < pong.Number).ToList())
            {
                _unanswered.Remove(earlier);
            }
        }

        TimeSpan roundTrip = time.GetElapsedTime(sentAt);
        connections.Pong(edge, roundTrip, UnixNanoseconds.ToInstant(pong.Timestamp) - (time.GetUtcNow() - (roundTrip / 2)));
    }

    private async Task SettleAsync(CommandResult result, CancellationToken cancellationToken)
    {
        string id = IdOf(result.CommandId);
        if (result.ResultJson.Length > 0 && !CommandValidation.IsJson(result.ResultJson, kind: null, CommandValidation.MaxResult))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"result_json: JSON of at most {CommandValidation.MaxResult} bytes is needed");
        }

        if (result.ErrorMessage.Length > CommandValidation.MaxError)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"error_message: at most {CommandValidation.MaxError} characters are taken");
        }

        EdgeCommandState state = result.Outcome switch
        {
            CommandResult.Types.Outcome.Succeeded => EdgeCommandState.Succeeded,
            CommandResult.Types.Outcome.Unsupported => EdgeCommandState.Unsupported,
            CommandResult.Types.Outcome.Expired => EdgeCommandState.Expired,
            CommandResult.Types.Outcome.Interrupted => EdgeCommandState.Unknown,
            _ => EdgeCommandState.Failed,
        };
        await outcomes.SettleAsync(
            edge, id, state, result.ResultJson.Length == 0 ? null : result.ResultJson, result.ErrorMessage.Length == 0 ? null : result.ErrorMessage, cancellationToken).ConfigureAwait(false);

        // Also for one that was settled before, or that the node has forgotten: the edge must not keep it for ever.
        await WriteAsync(new NodeMessage { Settled = new CommandSettled { CommandId = id } }, cancellationToken).ConfigureAwait(false);
    }

    private static string IdOf(string id) => id.Length is >= 1 and <= CommandValidation.MaxCommandId
        ? id
        : throw new RpcException(StatusCode.InvalidArgument, $"command_id: 1 to {CommandValidation.MaxCommandId} characters are needed");

    private async Task WriteAsync(NodeMessage message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await call.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();
}
