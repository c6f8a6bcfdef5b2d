using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.EndToEnd.WireGuard;
using Guardian.Testing;

namespace Guardian.EndToEnd;

/// <summary>The demo's story, as a user runs it, on the rendered scene and on real footage.</summary>
public sealed class StoryTests
{
    private const string Footage = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
    private static readonly string[] Steps = ["keys", "enroll", "capabilities", "snapshots", "train", "deploy", "quiet", "event", "analyse", "archive", "view", "restart"];

    [RequiresFact("ffmpeg", Timeout = 600_000)]
    public Task every_check_holds_on_the_rendered_scene() => TellAsync([], Steps);

    [RequiresNamespacesFact(Timeout = 600_000)]
    public Task every_check_holds_over_a_real_tunnel() => TellAsync(
        ["--wireguard"], [.. Steps.SelectMany(s => s switch { "enroll" => [s, "outside"], "event" => [s, "tunnel"], _ => new[] { s } })]);

    [RequiresFact("ffmpeg", Footage, Timeout = 600_000)]
    public Task every_check_holds_on_real_footage() => TellAsync(["--video", Footage], Steps);

    [Fact(Timeout = 60_000)]
    public async Task a_folder_that_is_not_empty_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("precious.txt"), "mine");
        (int code, string output) = await ChildProcess.RunAsync(Programs.Demo, ["--once", "--data", folder.Path], CancellationToken.None);
        Assert.NotEqual(0, code);
        Assert.Contains("not empty", output, StringComparison.Ordinal);
        Assert.Equal(["precious.txt"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    private static async Task TellAsync(string[] options, string[] expected)
    {
        using var folder = new TemporaryFolder();
        string report = folder.File("report.json");
        (int code, string output) = await ChildProcess.RunAsync(Programs.Demo, ["--once", "--report", report, .. options], CancellationToken.None);
        Assert.True(code == 0, output);

        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        JsonElement[] steps = [.. json.RootElement.GetProperty("steps").EnumerateArray()];
        Assert.Equal(expected, steps.Select(s => s.GetProperty("name").GetString()));
        Assert.All(steps, s => Assert.True(s.GetProperty("ok").GetBoolean() && s.GetProperty("seconds").GetDouble() >= 0 && s.GetProperty("detail").GetString()!.Length > 0));
    }
}
