using System.CommandLine;
using Guardian.EdgeSimulator.Load;
using Guardian.Tunnel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Guardian.EdgeSimulator.Commands;

/// <summary><c>send</c>: puts load on a node, through the queue that survives kills.</summary>
internal static class SendCommand
{
    private const int MaxEvents = 1_000_000, MaxClip = 256 << 20, MaxRate = 10_000;

    public static Command Create()
    {
        var credentials = new Option<string>("--credentials") { Description = "Folder that 'enroll' wrote.", Required = true };
        var work = new Option<string>("--work") { Description = "Folder of the queue; what waits there from an earlier run is sent first.", Required = true };
        var camera = new Option<string>("--camera") { Description = "The camera's id.", DefaultValueFactory = _ => "load" };
        var events = new Option<int>("--events") { Description = "Events to queue, 0 to 1000000; with 0 only what waits is sent.", DefaultValueFactory = _ => 100 };
        var clip = new Option<int>("--clip-bytes") { Description = "Size of each event's clip before it is sealed, up to 256 MiB; 0 for none.", DefaultValueFactory = _ => 0 };
        var rate = new Option<double>("--rate") { Description = "Events a second, up to 10000; 0 for as fast as the disk takes them.", DefaultValueFactory = _ => 0 };
        var tunnel = new TunnelArguments();
        var command = new Command("send", "Queues events with clips of noise, tells of each as a JSON line once it is durable, and ends when the node holds everything.")
        {
            credentials, work, camera, events, clip, rate,
        };
        tunnel.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            double perSecond = Bounds.Check("--rate", result.GetRequiredValue(rate), 0, MaxRate);
            var settings = new LoadSettings(
                Path.GetFullPath(result.GetRequiredValue(work)), result.GetRequiredValue(camera), Bounds.Check("--events", result.GetRequiredValue(events), 0, MaxEvents),
                Bounds.Check("--clip-bytes", result.GetRequiredValue(clip), 0, MaxClip), perSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1 / Math.Max(perSecond, 1e-3)));
            Directory.CreateDirectory(settings.Work);
            using ILoggerFactory loggers = LoggerFactory.Create(b => b.AddSimpleConsole(o => o.SingleLine = true).Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
            var options = new EdgeAgentOptions { Directory = Path.Combine(settings.Work, "agent"), CredentialsDirectory = result.GetRequiredValue(credentials), LastRetry = TimeSpan.FromSeconds(5), Tunnel = tunnel.Read(result) };
            var device = new LoadDevice(settings.CameraId, settings.Work, TimeProvider.System);
            await using EdgeAgent agent = await EdgeAgent.OpenAsync(options, device, loggers.CreateLogger<EdgeAgent>(), cancellationToken: cancellationToken);
            return await new LoadSender(settings, agent, TimeProvider.System).RunAsync(cancellationToken) ? 0 : 1;
        });
        return command;
    }
}
