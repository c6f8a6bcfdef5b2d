using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>rollout</c>: models of the running node on their way to edges.</summary>
internal static class RolloutVerbs
{
    public static Command Create() => new("rollout", "Brings models of the running node to edges, in steps with gates.")
    {
        NodeClient.Token, List(), Start(), Show(), Act("pause", "Holds a rollout; its gates go on watching.", _ => new { }), Act("resume", "Lets a rollout go on.", _ => new { }), Back(), Conclude(),
    };

    private static Command List()
    {
        var command = new Command("list", "Lists the newest rollouts.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            Console.WriteLine($"{"ID",-38}{"PHASE",-14}{"SINCE",-22}{"NAME",-24}TARGETS");
            foreach (JsonElement r in (await node.CallAsync(HttpMethod.Get, "rollouts", null, cancellationToken)).EnumerateArray())
            {
                string phase = r.GetProperty("paused").GetBoolean() ? "paused" : Text(r, "phase");
                Console.WriteLine($"{Text(r, "id"),-38}{phase,-14}{r.GetProperty("phase_since").GetDateTimeOffset().ToString("u", CultureInfo.InvariantCulture),-22}{Text(r, "name"),-24}{Counts(r)}");
            }

            return 0;
        });
        return command;
    }

    private static Command Start()
    {
        var model = new Argument<string>("model") { Description = "The model's id." };
        var name = new Option<string?>("--name") { Description = "For people; the model's id otherwise." };
        var cameras = new Option<string[]>("--camera") { Description = "A camera that is to get it; every one that may use it otherwise.", AllowMultipleArgumentsPerToken = true };
        var canaries = new Option<int?>("--canaries") { Description = "How many get it first; a tenth otherwise, at least one." };
        var wait = new Option<double?>("--wait-minutes") { Description = "How long each phase is watched; 10 otherwise." };
        var other = new Option<string?>("--compare-with") { Description = "Another model: both are compared until one is chosen with 'conclude'." };
        var share = new Option<double>("--share") { Description = "The other model's share of a comparison.", DefaultValueFactory = _ => 0.5 };
        var command = new Command("start", "Begins a rollout.") { model, name, cameras, canaries, wait, other, share };
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            string id = result.GetRequiredValue(model);
            Print(await node.PostAsync(
                "rollouts",
                new
                {
                    name = result.GetValue(name) ?? id,
                    model_id = id,
                    cameras = result.GetValue(cameras) is { Length: > 0 } some ? some : null,
                    canary_count = result.GetValue(canaries),
                    wait_seconds = result.GetValue(wait) * 60,
                    alternative_model_id = result.GetValue(other),
                    alternative_share = result.GetValue(other) is null ? (double?)null : result.GetRequiredValue(share),
                },
                cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        Argument<string> id = Id();
        var command = new Command("show", "Shows a rollout with its targets.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            Print(await node.CallAsync(HttpMethod.Get, $"rollouts/{Uri.EscapeDataString(result.GetRequiredValue(id))}", null, cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Back()
    {
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        Command command = Act("roll-back", "Gives everyone the previous model again.", r => new { reason = r.GetRequiredValue(reason) });
        command.Add(reason);
        return command;
    }

    private static Command Conclude()
    {
        var arm = new Option<string>("--arm") { Description = "A or B.", Required = true };
        Command command = Act("conclude", "Ends a comparison: everyone gets the chosen model.", r => new { arm = r.GetRequiredValue(arm) });
        command.Add(arm);
        return command;
    }

    private static Command Act(string word, string description, Func<ParseResult, object> body)
    {
        Argument<string> id = Id();
        var command = new Command(word, description) { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            Print(await node.PostAsync($"rollouts/{Uri.EscapeDataString(result.GetRequiredValue(id))}/{word}", body(result), cancellationToken));
            return 0;
        });
        return command;
    }

    private static Argument<string> Id() => new("id") { Description = "The rollout's id." };

    private static void Print(JsonElement rollout)
    {
        Console.WriteLine($"{Text(rollout, "id")} \"{Text(rollout, "name")}\": {Text(rollout, "phase")}, {Counts(rollout)}{(rollout.GetProperty("reason").GetString() is { } reason ? $"; {reason}" : "")}");
        foreach (JsonElement t in rollout.GetProperty("targets").EnumerateArray())
        {
            JsonElement figures = t.GetProperty("figures");
            string measured = figures.GetProperty("frames").GetInt64() == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{figures.GetProperty("alarms").GetInt64()} of {figures.GetProperty("frames").GetInt64()} frames alarmed  ");
            Console.WriteLine($"  {Text(t, "edge_id"),-24}{Text(t, "camera_id"),-24}{Text(t, "arm"),-3}{(t.GetProperty("canary").GetBoolean() ? "canary " : "       ")}{Text(t, "state"),-16}{measured}{t.GetProperty("reason").GetString()}");
        }
    }

    private static string Counts(JsonElement rollout) => string.Join(", ", rollout.GetProperty("counts").EnumerateObject().Select(c => $"{c.Value.GetInt32()} {c.Name}"));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
