using System.CommandLine;
using Guardian.EdgeSimulator.Cameras;
using Guardian.EdgeSimulator.Device;
using Guardian.EdgeSimulator.Story;
using Guardian.Tunnel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Guardian.EdgeSimulator.Commands;

/// <summary><c>run</c>: lives an edge's life against a node.</summary>
internal static class RunCommand
{
    private const int Seed = 20_260_301;

    public static Command Create()
    {
        var credentials = new Option<string>("--credentials") { Description = "Folder that 'enroll' wrote.", Required = true };
        var work = new Option<string>("--work") { Description = "Folder for models and clips.", Required = true };
        var camera = new Option<string>("--camera") { Description = "The camera's id.", DefaultValueFactory = _ => "front-door" };
        var video = new Option<string?>("--video") { Description = "A file that ffmpeg reads, or an rtsp:// URL; a rendered scene otherwise." };
        var snapshots = new Option<int>("--snapshots") { Description = "Normal snapshots to upload, 20 to 5000.", DefaultValueFactory = _ => 120 };
        var quiet = new Option<int>("--quiet-frames") { Description = "Unseen normal frames to watch, 1 to 10000.", DefaultValueFactory = _ => 100 };
        var tunnel = new TunnelArguments();
        var once = new Option<bool>("--once") { Description = "Exit after the story." };
        var json = new Option<bool>("--json") { Description = "Report as JSON lines." };
        var command = new Command("run", "Reports a camera, uploads snapshots, receives a model, watches, and raises an event with a sealed clip.")
        {
            credentials, work, camera, video, snapshots, quiet, once, json,
        };
        tunnel.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = new StorySettings(
                result.GetRequiredValue(credentials), Path.GetFullPath(result.GetRequiredValue(work)), result.GetRequiredValue(camera), result.GetValue(video),
                Bounds.Check("--snapshots", result.GetRequiredValue(snapshots), 20, 5000), Bounds.Check("--quiet-frames", result.GetRequiredValue(quiet), 1, 10_000), result.GetValue(once));
            Directory.CreateDirectory(settings.Work);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            ICameraSource source = settings.Video is null ? new RenderedYard(Seed, now) : await RecordedVideo.OpenAsync(settings.Video, now, cancellationToken);
            using var device = new SimulatedDevice(settings.CameraId, settings.Snapshots, settings.Work, source, TimeProvider.System);
            using ILoggerFactory loggers = LoggerFactory.Create(b => b.AddSimpleConsole(o => o.SingleLine = true).Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
            var options = new EdgeAgentOptions { Directory = Path.Combine(settings.Work, "agent"), CredentialsDirectory = settings.Credentials, HeartbeatInterval = TimeSpan.FromSeconds(10), Tunnel = tunnel.Read(result) };
            await using EdgeAgent agent = await EdgeAgent.OpenAsync(options, device, loggers.CreateLogger<EdgeAgent>(), cancellationToken: cancellationToken);
            var story = new EdgeStory(settings, agent, device, source, new StoryOutput(result.GetValue(json)));
            return await story.RunAsync(cancellationToken) ? 0 : 1;
        });
        return command;
    }
}
