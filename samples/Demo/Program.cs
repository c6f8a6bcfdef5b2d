using System.CommandLine;
using Guardian.Demo;

var once = new Option<bool>("--once") { Description = "Exit after the story; otherwise node and console stay up until Ctrl-C." };
var video = new Option<string?>("--video") { Description = "Any file that ffmpeg reads, or an rtsp:// URL; a rendered front yard otherwise." };
var data = new Option<string?>("--data") { Description = "Empty folder to work in; a new one under the temporary folder otherwise." };
var port = new Option<int>("--port") { Description = "Port of the console and API; 0 chooses a free one.", DefaultValueFactory = _ => 0 };
var report = new Option<string?>("--report") { Description = "Writes the steps with their times and outcomes to this file as JSON." };
var wireGuard = new Option<bool>("--wireguard") { Description = "Runs node and edge in network namespaces of their own, with a real WireGuard tunnel between them; needs root." };
var root = new RootCommand("Runs the main job from end to end: a node, an edge, a model, an event, a sealed clip.") { once, video, data, port, report, wireGuard };
root.SetAction((result, cancellationToken) => Story.RunAsync(
    new DemoSettings(result.GetValue(once), result.GetValue(video), result.GetValue(data), result.GetRequiredValue(port), result.GetValue(report), result.GetValue(wireGuard)), cancellationToken));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
