using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Storage;
using Guardian.Testing;

namespace Guardian.EndToEnd;

/// <summary>What the commands say when they cannot do what they are asked to: one line, no stack trace, exit code 1.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CommandLineTests()
    {
        using RecipientPrivateKey customer = RecipientPrivateKey.Generate();
        File.WriteAllText(_folder.File("customer.pub.pem"), customer.PublicKey.ToPem());
        File.WriteAllText(_folder.File("customer.key.pem"), customer.ToEncryptedPem(RunningNode.Passphrase));
        File.WriteAllText(_folder.File("passphrase.txt"), RunningNode.Passphrase + "\n");
        Directory.CreateDirectory(Data);
    }

    private string Data => _folder.File("node");

    private string[] Serve => ["serve", "--data", Data, "--customer-key", _folder.File("customer.pub.pem"), "--port", "0", "--edge-port", "0", "--enroll-port", "0"];

    public void Dispose() => _folder.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData("--public-host", "a b", "Guardian:Tunnel:PublicHost")]
    [InlineData("--customer-key", "nofile", "nofile")]
    [InlineData("--address", "here", "--address")]
    [InlineData("--edge-address", "0.0.0.0", "--public-host")]
    public async Task a_node_that_cannot_start_says_why(string option, string value, string expected)
    {
        string[] given = [.. Serve.TakeWhile(a => a != option), .. Serve.SkipWhile(a => a != option).Skip(2), option, value];
        Assert.Contains(expected, await RefuseAsync(given), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--port")]
    [InlineData("--edge-port")]
    [InlineData("--enroll-port")]
    public async Task a_taken_port_is_named(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        string[] given = [.. Serve];
        given[Array.IndexOf(given, option) + 1] = port;
        Assert.Contains(port, await RefuseAsync(given), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("""{ "Guardian": { "Storage": { "MaxConcurrentUploads": 0 } } }""", "Guardian:Storage:MaxConcurrentUploads")]
    [InlineData("""{ "Guardian": { "Storage": { "MaxSpoolBytes": "much" } } }""", "Guardian:Storage:MaxSpoolBytes")]
    [InlineData("""{ "Guardian": { "Storage": { "MaxSpolBytes": 1 } } }""", "MaxSpolBytes")]
    [InlineData("""{ "Guardian": """, "guardian.json")]
    public async Task an_unsound_setting_is_named(string settings, string expected)
    {
        await File.WriteAllTextAsync(Path.Combine(Data, "guardian.json"), settings);
        Assert.Contains(expected, await RefuseAsync(Serve), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_damaged_token_file_is_named_with_the_remedy()
    {
        string file = Path.Combine(Data, "api-token.sha256");
        await File.WriteAllTextAsync(file, "0123");
        string error = await RefuseAsync(Serve);
        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.Contains("delete it for a new token", error, StringComparison.Ordinal);
        Assert.Equal("0123", await File.ReadAllTextAsync(file));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_node_with_sound_settings_starts_and_shuts_its_folder()
    {
        await File.WriteAllTextAsync(Path.Combine(Data, "guardian.json"), """{ "Guardian": { "Storage": { "MaxSpoolBytes": 53687091200, "RetryDelay": "00:00:02" } } }""");
        File.SetUnixFileMode(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await using RunningNode node = await RunningNode.StartAsync(Data);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Data));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "api-token.sha256")));
        Assert.Matches("^[0-9a-f]{64}\n$", await File.ReadAllTextAsync(Path.Combine(Data, "api-token.sha256")));
        Assert.Empty(Directory.GetFiles(Data, "*.new"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("list")]
    [InlineData("add", "garage")]
    [InlineData("revoke", "edge-0123456789abcdef")]
    public async Task edge_commands_refuse_a_folder_that_is_not_a_nodes_and_create_nothing(params string[] command)
    {
        string nowhere = _folder.File("nowhere");
        Assert.Contains("no node has run here", await RefuseAsync(["edge", .. command, "--data", nowhere]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(nowhere));
    }

    [Fact(Timeout = 60_000)]
    public async Task unsealing_a_file_that_is_not_there_names_it()
    {
        string missing = _folder.File("missing.sealed"), opened = _folder.File("opened");
        string error = await RefuseAsync(["unseal", missing, "--out", opened, "--key", _folder.File("customer.key.pem"), "--passphrase-file", _folder.File("passphrase.txt")]);
        Assert.Contains(missing, error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "opened*"));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_refused_passphrase_leaves_no_key_file()
    {
        await File.WriteAllTextAsync(_folder.File("short.txt"), "short\n");
        await RefuseAsync(["keys", "create", "--out", _folder.File("keys"), "--passphrase-file", _folder.File("short.txt")]);
        Assert.False(Directory.Exists(_folder.File("keys")));
    }

    [RequiresFact("ffmpeg", Timeout = 120_000)]
    public async Task a_video_that_ffmpeg_cannot_read_fails_the_step_in_progress()
    {
        string video = _folder.File("garbage.wmv"), report = _folder.File("report.json");
        await File.WriteAllTextAsync(video, "not a video");
        (int code, string output) = await ChildProcess.RunAsync(Programs.Demo, ["--once", "--video", video, "--report", report], CancellationToken.None);
        Assert.Equal(1, code);
        Assert.Single(output.Split('\n'), l => l.Contains("garbage.wmv", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        (string Name, bool Ok)[] steps = await StepsAsync(report);
        Assert.Equal([("keys", true), ("enroll", true), ("capabilities", false)], steps);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_video_that_is_not_there_ends_the_story_before_it_begins()
    {
        string video = _folder.File("nothing.missing"), report = _folder.File("report.json");
        (int code, string output) = await ChildProcess.RunAsync(Programs.Demo, ["--once", "--video", video, "--report", report], CancellationToken.None);
        Assert.Equal(1, code);
        Assert.Single(output.Split('\n'), l => l.Contains(video, StringComparison.Ordinal));
        Assert.Equal([("keys", false)], await StepsAsync(report));
    }

    private static async Task<(string Name, bool Ok)[]> StepsAsync(string report)
    {
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        return [.. json.RootElement.GetProperty("steps").EnumerateArray().Select(s => (s.GetProperty("name").GetString()!, s.GetProperty("ok").GetBoolean()))];
    }

    /// <returns>The one line of the error.</returns>
    private static async Task<string> RefuseAsync(string[] arguments)
    {
        (int code, string output) = await ChildProcess.RunAsync(Programs.Host, arguments, CancellationToken.None);
        Assert.True(code == 1, output);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        return Assert.Single(output.Split('\n'), l => l.StartsWith("guardian: ", StringComparison.Ordinal));
    }
}
