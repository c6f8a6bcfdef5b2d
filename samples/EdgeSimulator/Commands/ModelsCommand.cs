using System.CommandLine;
using Guardian.EdgeSimulator.Device;
using Guardian.Tunnel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Guardian.EdgeSimulator.Commands;

/// <summary><c>models</c>: an edge that takes what the node rolls out to it, until it is stopped.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var credentials = new Option<string>("--credentials") { Description = "Folder that 'enroll' wrote.", Required = true };
        var work = new Option<string>("--work") { Description = "Folder of the models; what is in use there from an earlier run is loaded first.", Required = true };
        var camera = new Option<string[]>("--camera") { Description = "A camera's id.", DefaultValueFactory = _ => ["front-door"] };
        var command = new Command("models", "Takes the models that the node rolls out, and tells as JSON lines what it works with.") { credentials, work, camera };
        command.SetAction(async (result, cancellationToken) =>
        {
            string folder = Path.GetFullPath(result.GetRequiredValue(work));
            Directory.CreateDirectory(folder);
            using ILoggerFactory loggers = LoggerFactory.Create(b => b.AddSimpleConsole(o => o.SingleLine = true).Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
            var options = new EdgeAgentOptions { Directory = Path.Combine(folder, "agent"), CredentialsDirectory = result.GetRequiredValue(credentials), LastRetry = TimeSpan.FromSeconds(2) };
            var device = new ModelDevice(result.GetRequiredValue(camera), folder);
            await using EdgeAgent agent = await EdgeAgent.OpenAsync(options, device, loggers.CreateLogger<EdgeAgent>(), cancellationToken: cancellationToken);
            await agent.RunAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}
