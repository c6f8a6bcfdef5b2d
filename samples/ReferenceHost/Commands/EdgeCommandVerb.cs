using System.CommandLine;
using Google.Protobuf;
using Guardian.ReferenceHost.Api;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;
using Command = System.CommandLine.Command;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>edge command</c>: issues a command, waits for its outcome and prints it.</summary>
internal static class EdgeCommandVerb
{
    public static Command Create()
    {
        Argument<string> id = EdgeVerbs.IdArgument();
        var action = new Argument<string>("action") { Description = "get_status, get_config, update_config, restart_service, update_zones, request_clip, sync_capabilities or refresh_credentials." };
        var fields = new Argument<string>("fields") { Description = "The action's fields as a JSON object, such as {\"service_name\": \"detector\"}.", DefaultValueFactory = _ => "{}" };
        var lifetime = new Option<double>("--valid-minutes") { Description = "How long it waits for an edge that is away.", DefaultValueFactory = _ => 60 };
        var wait = new Option<double>("--wait") { Description = "Seconds to wait for the outcome; the command goes on afterwards.", DefaultValueFactory = _ => 10 };
        var command = new Command("command", "Sends a command to an edge; one that is away gets it when it returns.") { id, action, fields, lifetime, wait };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            EdgeCommand issued = await registry.Commands.IssueAsync(
                EdgeVerbs.Id(result.GetRequiredValue(id)), Parse(result.GetRequiredValue(action), result.GetRequiredValue(fields)),
                TimeSpan.FromMinutes(Math.Clamp(result.GetRequiredValue(lifetime), 0, 1e6)), DataFolder.Actor, cancellationToken);
            EdgeCommand now = await WaitAsync(registry, issued.Id, TimeSpan.FromSeconds(Math.Clamp(result.GetRequiredValue(wait), 0, 86_400)), cancellationToken);
            Console.WriteLine($"{now.Id} {now.ActionName}: {ApiMapping.Word(now.State)}{(now.Error is null ? "" : $", {now.Error}")}");
            if (now.ResultJson is not null)
            {
                Console.WriteLine(now.ResultJson);
            }

            return now.State is EdgeCommandState.Succeeded or EdgeCommandState.Queued or EdgeCommandState.Acknowledged ? 0 : 1;
        });
        return command;
    }

    /// <summary>An action by its name and fields, as the contract's JSON form has it.</summary>
    internal static CommandAction Parse(string action, string fields)
    {
        try
        {
            return JsonParser.Default.Parse<CommandAction>($"{{\"{JsonEncodedName(action)}\": {fields}}}");
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new ArgumentException($"action: {e.Message}");
        }
    }

    private static string JsonEncodedName(string action) =>
        CommandAction.Descriptor.FindFieldByName(action) is { } field ? field.JsonName : throw new ArgumentException($"action: '{action}' is not one");

    private static async Task<EdgeCommand> WaitAsync(EdgeRegistry registry, string id, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(limit);
        try
        {
            return await registry.Commands.WaitAsync(id, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (await registry.Commands.GetAsync(id, cancellationToken))!;
        }
    }
}
