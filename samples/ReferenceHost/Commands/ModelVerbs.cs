using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>model</c>: the running node's catalog.</summary>
internal static class ModelVerbs
{
    public static Command Create() => new("model", "Lists and imports models of the running node.") { NodeClient.Token, List(), Import(), Pin("pin", HttpMethod.Put), Pin("unpin", HttpMethod.Delete), Set(), Clean() };

    private static Command List()
    {
        var command = new Command("list", "Lists models with their versions and status.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            Console.WriteLine($"{"ID",-38}{"VERSION",-14}{"STATUS",-10}{"TYPE",-14}{"BYTES",12}  OF");
            foreach (JsonElement m in (await node.CallAsync(HttpMethod.Get, "models", null, cancellationToken)).EnumerateArray())
            {
                string of = m.GetProperty("camera_id").GetString() ?? $"(base) {m.GetProperty("name").GetString()}";
                string bytes = m.GetProperty("size_bytes").GetInt64().ToString(CultureInfo.InvariantCulture);
                Console.WriteLine($"{Text(m, "id"),-38}{Text(m, "version"),-14}{Text(m, "status"),-10}{Text(m, "type"),-14}{bytes,12}  {of}");
            }

            return 0;
        });
        return command;
    }

    private static Command Import()
    {
        var file = new Argument<string>("file") { Description = "The ONNX file, up to 512 MiB." };
        var name = new Option<string>("--name") { Description = "Its name; versions of one name are one series.", Required = true };
        var type = new Option<string>("--type") { Description = "Kind of model.", DefaultValueFactory = _ => "detector" };
        var camera = new Option<string?>("--camera") { Description = "The camera it is for; a base model otherwise." };
        var version = new Option<string?>("--version") { Description = "Its semantic version; the next one otherwise." };
        var width = new Option<int?>("--width") { Description = "Width in pixels that an open input is tried with." };
        var height = new Option<int?>("--height") { Description = "Height in pixels that an open input is tried with." };
        var command = new Command("import", "Checks a model file, tries it in a process of its own, and puts it into the catalog.") { file, name, type, camera, version, width, height };
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            await using FileStream onnx = File.OpenRead(result.GetRequiredValue(file));
            (string Key, string? Value)[] query =
            [
                ("name", result.GetRequiredValue(name)), ("type", result.GetRequiredValue(type)), ("camera", result.GetValue(camera)), ("version", result.GetValue(version)),
                ("width", result.GetValue(width)?.ToString(CultureInfo.InvariantCulture)), ("height", result.GetValue(height)?.ToString(CultureInfo.InvariantCulture)), ("source", Path.GetFileName(onnx.Name)),
            ];
            string words = string.Join('&', query.Where(q => q.Value is not null).Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value!)}"));
            JsonElement model = await node.CallAsync(HttpMethod.Post, $"models?{words}", new StreamContent(onnx), cancellationToken);
            Console.WriteLine($"{Text(model, "id")} {Text(model, "name")} {Text(model, "version")}, SHA-256 {Text(model, "sha256")}");
            return 0;
        });
        return command;
    }

    private static Command Pin(string word, HttpMethod method)
    {
        var id = new Argument<string>("id") { Description = "The model's id." };
        var command = new Command(word, method == HttpMethod.Put ? "Keeps a model from every clean-up." : "Lets clean-ups remove a model again.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            await node.CallAsync(method == HttpMethod.Put ? HttpMethod.Post : method, $"models/{Uri.EscapeDataString(result.GetRequiredValue(id))}/pin", null, cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Set()
    {
        var camera = new Argument<string>("camera") { Description = "The camera's id." };
        var id = new Argument<string>("id") { Description = "The model's id: any version." };
        var command = new Command("set", "Gives a camera's edge a model at once.") { camera, id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            JsonElement rollout = await node.CallAsync(
                HttpMethod.Put, $"cameras/{Uri.EscapeDataString(result.GetRequiredValue(camera))}/model", System.Net.Http.Json.JsonContent.Create(new { model_id = result.GetRequiredValue(id) }), cancellationToken);
            Console.WriteLine($"rollout {Text(rollout, "id")}: {Text(rollout, "phase")}");
            return 0;
        });
        return command;
    }

    private static Command Clean()
    {
        var command = new Command("clean", "Removes archived and failed models that nobody needs.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using NodeClient node = NodeClient.Of(result);
            JsonElement cleanup = await node.CallAsync(HttpMethod.Post, "models/clean", null, cancellationToken);
            Console.WriteLine($"{cleanup.GetProperty("models").GetArrayLength()} models removed, {cleanup.GetProperty("freed_bytes").GetInt64()} bytes.");
            return 0;
        });
        return command;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
