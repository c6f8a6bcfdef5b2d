using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Delivers commands to edges in the field, which open no command stream but serve <c>edge.control</c> themselves: the node calls them. Whoever issues a command does not see the difference.
/// </summary>
/// <remarks>
/// What such an edge does not serve is settled as unsupported. A call whose fate is not known is repeated when doing it twice changes nothing; a restart is settled as unknown.
/// </remarks>
internal sealed class ControlDialer(EdgeRegistry registry, EdgeConnections connections, CommandOutcomes outcomes, GatewayMonitor monitor, CertificateAuthority authority, ITunnelNetwork? network, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private const int MaxAnswer = CommandValidation.MaxResult + (16 << 10);

    /// <summary>Waits between attempts at an edge that cannot be reached: doubling from the first to the last.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LastWait = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<EdgeId, Task> _busy = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What was acknowledged was being called when the node was stopped: nobody knows what became of it.
        await GatewayLoop.UntilDoneAsync("looking for calls that were cut short", () => SettleInterruptedAsync(cancellationToken), logger, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            Task changed = monitor.CommandsChanged;
            await GatewayLoop.TryAsync("looking for edges to call", () => StartDeliveriesAsync(cancellationToken), logger, cancellationToken).ConfigureAwait(false);

            // A command that is issued while its edge is being served is found by that task or by the next round.
            await Task.WhenAny(changed, Task.Delay(LastWait, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task SettleInterruptedAsync(CancellationToken cancellationToken)
    {
        foreach (RegisteredEdge edge in (await registry.ListEdgesAsync(cancellationToken).ConfigureAwait(false)).Where(e => e.ControlAddress is not null))
        {
            foreach (EdgeCommand command in (await registry.Commands.ListOpenAsync(edge.Id, cancellationToken).ConfigureAwait(false)).Where(c => c.State == EdgeCommandState.Acknowledged))
            {
                await outcomes.SettleAsync(edge.Id, command.Id, EdgeCommandState.Unknown, null, "the node was stopped during the call", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StartDeliveriesAsync(CancellationToken cancellationToken)
    {
        foreach (RegisteredEdge edge in (await registry.ListEdgesAsync(cancellationToken).ConfigureAwait(false)).Where(e => e is { State: EdgeState.Active, ControlAddress: not null }))
        {
            if (!_busy.TryGetValue(edge.Id, out Task? running) || running.IsCompleted)
            {
                _busy[edge.Id] = Task.Run(
                    () => GatewayLoop.TryAsync("calling an edge", () => DeliverAsync(edge.Id, cancellationToken), logger, cancellationToken), cancellationToken);
            }
        }
    }

    /// <summary>Delivers everything that is queued for an edge, one after the other, as long as there is any; to where its address says now.</summary>
    private async Task DeliverAsync(EdgeId id, CancellationToken cancellationToken)
    {
        TimeSpan wait = FirstWait;
        while (!connections.IsTakingCommands(id)
            && await registry.GetEdgeAsync(id, cancellationToken).ConfigureAwait(false) is { State: EdgeState.Active, ControlAddress: not null } edge
            && await registry.Commands.ListQueuedAsync(id, cancellationToken).ConfigureAwait(false) is [var command, ..])
        {
            Task changed = monitor.CommandsChanged;
            if (await DeliverAsync(edge, command, cancellationToken).ConfigureAwait(false))
            {
                wait = FirstWait;
                continue;
            }

            // A change may be a new address, which is worth an attempt at once.
            await Task.WhenAny(changed, Task.Delay(wait, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            wait = wait * 2 < LastWait ? wait * 2 : LastWait;
        }
    }

    /// <summary>False when the edge could not be reached: the command stays queued.</summary>
    private async Task<bool> DeliverAsync(RegisteredEdge edge, EdgeCommand command, CancellationToken cancellationToken)
    {
        if (network is not null && !await IsInTunnelAsync(edge, cancellationToken).ConfigureAwait(false))
        {
            Log.ControlUnreachable(logger, edge.Id, edge.ControlAddress!, "it is not the edge's own address in the tunnel");
            return false;
        }

        using GrpcChannel channel = await OpenAsync(edge, cancellationToken).ConfigureAwait(false);
        bool onlyOnce = command.Action.ActionCase == CommandAction.ActionOneofCase.RestartService;
        if (onlyOnce)
        {
            // On the disk before the call: a node that is killed during it must not make it again.
            await registry.Commands.AcknowledgeAsync(edge.Id, command.Id, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            CommandResult result = await CallAsync(channel, command, cancellationToken).ConfigureAwait(false);
            await SettleAsync(command, result, cancellationToken).ConfigureAwait(false);
            connections.Contact(edge.Id);
            return true;
        }
        catch (RpcException e) when (WasNotSent(e) || (e.IsTransient && !onlyOnce))
        {
            Log.ControlUnreachable(logger, edge.Id, edge.ControlAddress!, e.Detail);
            if (onlyOnce)
            {
                await registry.Commands.RequeueAsync(edge.Id, command.Id, cancellationToken).ConfigureAwait(false);
            }

            return false;
        }
        catch (RpcException e)
        {
            EdgeCommandState state = e.StatusCode switch
            {
                StatusCode.Unimplemented => EdgeCommandState.Unsupported,
                _ when e.IsTransient => EdgeCommandState.Unknown,
                _ => EdgeCommandState.Failed,
            };
            await outcomes.SettleAsync(edge.Id, command.Id, state, null, Shorten($"{e.StatusCode}: {e.Detail}"), cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Whether the call failed before a byte of it could reach the edge.</summary>
    private static bool WasNotSent(RpcException error) => error.InnerException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    /// <summary>Addresses in the tunnel are given anew when an edge is gone: what was set for one edge must not reach another.</summary>
    private async Task<bool> IsInTunnelAsync(RegisteredEdge edge, CancellationToken cancellationToken) =>
        IPAddress.TryParse(edge.ControlAddress!.Host.Trim('[', ']'), out IPAddress? address) && await network!.IsOwnAddressAsync(edge.Id, address, cancellationToken).ConfigureAwait(false);

    private async Task<CommandResult> CallAsync(GrpcChannel channel, EdgeCommand command, CancellationToken cancellationToken)
    {
        var options = new GrpcCallOptions { Timeout = timeout };
        switch (command.Action.ActionCase)
        {
            case CommandAction.ActionOneofCase.GetConfig:
                GetConfigResponse config = await channel.UnaryAsync(EdgeMethods.GetConfig, new GetConfigRequest(), options, cancellationToken).ConfigureAwait(false);
                return Result(config.Success, config.ErrorMessage, config.ConfigJson);
            case CommandAction.ActionOneofCase.UpdateConfig:
                UpdateConfigResponse updated = await channel.UnaryAsync(
                    EdgeMethods.UpdateConfig, new UpdateConfigRequest { ConfigJson = command.Action.UpdateConfig.ConfigJson }, options, cancellationToken).ConfigureAwait(false);
                return Result(updated.Success, updated.ErrorMessage, "");
            case CommandAction.ActionOneofCase.RestartService:
                RestartServiceResponse restarted = await channel.UnaryAsync(
                    EdgeMethods.RestartService, new RestartServiceRequest { ServiceName = command.Action.RestartService.ServiceName }, options, cancellationToken).ConfigureAwait(false);
                return Result(restarted.Success, restarted.ErrorMessage, "");
            default:
                return new CommandResult { Outcome = CommandResult.Types.Outcome.Unsupported, ErrorMessage = $"edge.control, which this edge serves, has no {command.ActionName}" };
        }
    }

    private static CommandResult Result(bool success, string error, string json) => new()
    {
        Outcome = success ? CommandResult.Types.Outcome.Succeeded : CommandResult.Types.Outcome.Failed,
        ErrorMessage = error,
        ResultJson = json,
    };

    private Task SettleAsync(EdgeCommand command, CommandResult result, CancellationToken cancellationToken)
    {
        EdgeCommandState state = result.Outcome switch
        {
            CommandResult.Types.Outcome.Succeeded => EdgeCommandState.Succeeded,
            CommandResult.Types.Outcome.Unsupported => EdgeCommandState.Unsupported,
            _ => EdgeCommandState.Failed,
        };
        string? json = result.ResultJson.Length == 0 ? null : result.ResultJson;
        string? error = result.ErrorMessage.Length == 0 ? null : Shorten(result.ErrorMessage);

        // What an edge in the field calls its configuration need not be JSON; it is passed on as text then.
        if (json is not null && !CommandValidation.IsJson(json, kind: null, CommandValidation.MaxResult))
        {
            json = JsonSerializer.Serialize(json.Length > CommandValidation.MaxResult ? json[..CommandValidation.MaxResult] : json, RegistryJson.Default.String);
        }

        return outcomes.SettleAsync(command.Edge, command.Id, state, json, error, cancellationToken);
    }

    /// <summary>
    /// Over https the edge proves itself with a certificate of this node's CA that bears its id and is one that it may use; over http nothing but the tunnel protects the call.
    /// </summary>
    private async Task<GrpcChannel> OpenAsync(RegisteredEdge edge, CancellationToken cancellationToken)
    {
        IReadOnlySet<string> serials = await registry.ListSerialsAsync(edge.Id, cancellationToken).ConfigureAwait(false);
        return new GrpcChannel(edge.ControlAddress!, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = MaxAnswer,
            ConfigureHandler = handler => handler.SslOptions = authority.ControlOptions(edge.Id, serials),
        });
    }

    private static string Shorten(string text) => text.Length > CommandValidation.MaxError ? text[..CommandValidation.MaxError] : text;
}
