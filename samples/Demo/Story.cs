using System.Globalization;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Storage;

namespace Guardian.Demo;

/// <summary>The main job from end to end, on embedded defaults. Everything it checks, it checks from outside: through commands, files and the REST API.</summary>
internal sealed class Story : IAsyncDisposable
{
    private const string Camera = "front-door";
    private const int Snapshots = 120;
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(4);

    private readonly DemoSettings _settings;
    private readonly Site? _site;
    private readonly Narrator _narrator;
    private readonly string _root;
    private readonly Node _node;
    private ChildProcess? _edge;
    private NodeApi? _api;

    private Story(DemoSettings settings, Site? site)
    {
        _settings = settings;
        _site = site;
        _narrator = new Narrator(
            ["keys", "enroll", .. InTunnel("outside"), "capabilities", "snapshots", "train", "deploy", "quiet", "event", .. InTunnel("tunnel"), "analyse", "archive", "view", "restart"]);
        _root = settings.Data is null ? Directory.CreateTempSubdirectory("guardian-demo-").FullName : Path.GetFullPath(settings.Data);
        if (Directory.Exists(_root) && Directory.EnumerateFileSystemEntries(_root).Any())
        {
            throw new StoryFailedException($"--data: {_root} is not empty; the story begins with nothing");
        }

        Directory.CreateDirectory(Customer);
        _node = new Node(Dll("Host"), Path.Combine(_root, "node"), Path.Combine(Customer, "customer.pub.pem"), settings.Port, site);
    }

    private string Customer => Path.Combine(_root, "customer");

    private string Credentials => Path.Combine(_root, "edge", "credentials");

    private string PrivateKeyFile => Path.Combine(Customer, "customer.key.pem");

    private string PassphraseFile => Path.Combine(Customer, "passphrase.txt");

    private NodeApi Api => _api ?? throw new InvalidOperationException("the node has not been started");

    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await using Site? site = settings.WireGuard ? await Site.CreateAsync(cancellationToken) : null;
            await using var story = new Story(settings, site);
            return await story.TellAsync(cancellationToken);
        }
        catch (Exception e)
        {
            // Whatever it is, what it says is for people: a stack trace tells them nothing about their node.
            await Console.Error.WriteLineAsync($"guardian demo: {e.Message}");
            return 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_edge is not null)
        {
            await _edge.DisposeAsync();
        }

        await _node.DisposeAsync();
        if (_settings.Data is null && _settings.Once)
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Guardian demo in {_root}");
        try
        {
            CheckVideo();
            await KeysAsync(cancellationToken);
            await EnrollAsync(cancellationToken);
            if (_site is not null)
            {
                await OutsideAsync(_site, cancellationToken);
            }

            JsonElement raised = await EdgeAsync(cancellationToken);
            string eventId = raised.GetProperty("event_id").GetString()!;
            if (_site is not null)
            {
                await TunnelAsync(cancellationToken);
            }

            await AnalyseAsync(eventId, cancellationToken);
            await ArchiveAsync(eventId, cancellationToken);
            await ViewAsync(eventId, raised.GetProperty("clip_sha256").GetString()!, cancellationToken);
            await RestartAsync(eventId, cancellationToken);
        }
        catch (StoryFailedException e)
        {
            _narrator.Fail(e.Message);
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new StoryFailedException($"stopped during {_narrator.Fail("stopped")}");
        }
        catch (Exception e)
        {
            // The story reads what other processes say and write; whatever it stumbles over there is a failure of the step in progress.
            string step = _narrator.Fail($"{e.GetType().Name}: {e.Message}");
            throw new StoryFailedException($"{step}: {e.Message}\n--- node\n{_node.Log}\n--- edge\n{_edge?.Tail}");
        }
        finally
        {
            if (_settings.Report is { } file)
            {
                await _narrator.SaveAsync(file);
            }
        }

        Console.WriteLine("Every check held.");
        if (!_settings.Once)
        {
            await StayAsync(cancellationToken);
        }

        return 0;
    }

    /// <summary>The edge would find out too, but only some steps into the story.</summary>
    private void CheckVideo()
    {
        if (_settings.Video is { } video && !video.Contains("://", StringComparison.Ordinal) && !File.Exists(video))
        {
            throw new StoryFailedException($"--video: {Path.GetFullPath(video)} is not there");
        }
    }

    private async Task KeysAsync(CancellationToken cancellationToken)
    {
        _narrator.Begin();
        await File.WriteAllTextAsync(PassphraseFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)) + "\n", cancellationToken);
        await HostAsync(["keys", "create", "--out", Customer, "--passphrase-file", PassphraseFile], cancellationToken);
        await _node.StartAsync(cancellationToken);
        _api = new NodeApi(_node.Address, _node.Token ?? throw new StoryFailedException("the node printed no API token"));
        bool onlyPublic = File.Exists(Path.Combine(_node.Folder, "customer.pub.pem")) && !Directory.EnumerateFiles(_node.Folder, "*.key.pem").Any();
        _narrator.Step("keys", onlyPublic, $"customer key pair made; the node runs with the public half ({_node.Address})");
    }

    private async Task EnrollAsync(CancellationToken cancellationToken)
    {
        string bundle = Path.Combine(_root, "edge", "bundle.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(bundle)!);
        await HostAsync(["edge", "add", "Garage", "--out", bundle, "--data", _node.Folder], cancellationToken);
        (int first, string output) = await ChildProcess.RunInAsync(_site?.EdgeNamespace, Dll("Edge"), ["enroll", "--bundle", bundle, "--out", Credentials, "--camera", Camera, .. InTunnel("--wireguard")], cancellationToken);
        if (first != 0)
        {
            _narrator.Step("enroll", false, output);
        }

        (int second, string refusal) = await ChildProcess.RunInAsync(_site?.EdgeNamespace, Dll("Edge"), ["enroll", "--bundle", bundle, "--out", Credentials + "-again"], cancellationToken);
        bool refused = second != 0 && refusal.Contains("used", StringComparison.Ordinal);
        JsonElement edge = (await Api.GetAsync("edges", cancellationToken))[0];
        _narrator.Step("enroll", refused && Text(edge, "state") == "active", $"{Text(edge, "id")} is enrolled and speaks mutual TLS; the same bundle again: {(refused ? "refused" : "ACCEPTED")}");
    }

    /// <summary>What an edge with valid credentials reaches past the tunnel.</summary>
    private async Task OutsideAsync(Site site, CancellationToken cancellationToken)
    {
        _narrator.Begin();
        bool edgeApi = await site.AcceptsOutsideAsync(Site.CableNode, _node.EdgePort, cancellationToken), enrolment = await site.AcceptsOutsideAsync(Site.CableNode, _node.EnrollmentPort, cancellationToken);
        _narrator.Step("outside", !edgeApi && enrolment, $"past the tunnel the edge API is {(edgeApi ? "OPEN" : "refused")}, enrolment is {(enrolment ? "open" : "REFUSED")}");
    }

    /// <summary>That what the edge did went through the tunnel.</summary>
    private async Task TunnelAsync(CancellationToken cancellationToken)
    {
        JsonElement connection = (await Api.GetAsync("edges", cancellationToken))[0].GetProperty("connection");
        bool through = connection.GetProperty("tunnel_handshake_at").ValueKind == JsonValueKind.String && Text(connection, "address") == "10.77.0.2";
        _narrator.Step("tunnel", through, $"the edge called from {Text(connection, "address")}, WireGuard from {Text(connection, "tunnel_endpoint")}; {connection.GetProperty("bytes_received").GetInt64() / 1024} KiB came through");
    }

    /// <summary>Starts the edge and follows what it reports, from its capabilities to its event.</summary>
    private async Task<JsonElement> EdgeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StepLimit);
        string[] video = _settings.Video is { } v ? ["--video", v.Contains("://", StringComparison.Ordinal) ? v : Path.GetFullPath(v)] : [];
        string[] once = _settings.Once ? ["--once"] : [];
        _edge = ChildProcess.StartIn(
            _site?.EdgeNamespace,
            Dll("Edge"),
            [
                "run", "--credentials", Credentials, "--work", Path.Combine(_root, "edge", "work"), "--camera", Camera, "--snapshots",
                $"{Snapshots}", "--json", .. video, .. once, .. _site is null ? [] : new[] { "--tunnel", _site.EdgeInterface },
            ]);
        await foreach (string line in _edge.LinesAsync(limit.Token))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement report = document.RootElement;
            if (report.TryGetProperty("progress", out JsonElement name))
            {
                long done = report.GetProperty("done").GetInt64(), total = report.GetProperty("total").GetInt64();
                _narrator.Progress($"{name.GetString()} {done}/{total}", (double)done / total);
            }
            else if (await StepAsync(report, limit.Token) is { } raised)
            {
                return raised;
            }
        }

        await _edge.WaitAsync(limit.Token);
        string reason = _edge.Tail.Split('\n').LastOrDefault(l => l.StartsWith("guardian-edge: ", StringComparison.Ordinal)) ?? $"the edge ended early:\n{_edge.Tail}";
        throw new StoryFailedException(reason);
    }

    private async Task<JsonElement?> StepAsync(JsonElement report, CancellationToken cancellationToken)
    {
        string step = Text(report, "step");
        bool ok = report.GetProperty("ok").GetBoolean();
        string detail = Text(report, "detail");
        switch (step)
        {
            case "capabilities":
                _narrator.Step(step, ok && Text(report.GetProperty("data"), "status") == "needs_snapshots", detail);
                return null;
            case "snapshots":
                JsonElement camera = await CameraAsync(cancellationToken);
                bool ready = Text(camera, "readiness") is "ready_for_training" or "training_in_progress" or "trained";
                _narrator.Step(step, ok && ready, $"{detail}; the camera is {Text(camera, "readiness")}");
                await TrainAsync(cancellationToken);
                return null;
            default:
                _narrator.Step(step, ok, detail);
                return step == "event" ? report.GetProperty("data").Clone() : null;
        }
    }

    private async Task TrainAsync(CancellationToken cancellationToken)
    {
        int shown = 0;
        while (true)
        {
            JsonElement camera = await CameraAsync(cancellationToken);
            JsonElement training = camera.GetProperty("training");
            string state = training.ValueKind == JsonValueKind.Object ? Text(training, "state") : "";
            if (state is "failed" or "cancelled")
            {
                _narrator.Step("train", false, state == "failed" ? Text(training, "error") : "the training was cancelled");
            }

            if (state == "completed")
            {
                JsonElement model = (await Api.GetAsync("models", cancellationToken))[0];
                _narrator.Step("train", true, string.Create(CultureInfo.InvariantCulture,
                    $"autoencoder on {model.GetProperty("training_images").GetInt32()} images, {training.GetProperty("epoch").GetInt32()} epochs, threshold {model.GetProperty("threshold").GetDouble():0.00}; model {Text(model, "id")} {Text(model, "version")}"));
                return;
            }

            if (state == "running" && training.GetProperty("epoch").GetInt32() is var epoch && epoch > shown)
            {
                shown = epoch;
                int epochs = training.GetProperty("epochs").GetInt32();
                double left = training.GetProperty("seconds_left").ValueKind == JsonValueKind.Number ? training.GetProperty("seconds_left").GetDouble() : 0;
                _narrator.Progress(string.Create(CultureInfo.InvariantCulture, $"training, epoch {epoch} of {epochs}, loss {training.GetProperty("loss").GetDouble():0.00000}, {left:0} s left"), (double)epoch / epochs);
            }

            await Task.Delay(300, cancellationToken);
        }
    }

    private async Task AnalyseAsync(string eventId, CancellationToken cancellationToken)
    {
        JsonElement detail = await PollAsync($"events/{eventId}", d => d.GetProperty("event").GetProperty("verdict").ValueKind == JsonValueKind.Object, cancellationToken);
        JsonElement verdict = detail.GetProperty("event").GetProperty("verdict");
        JsonElement alerts = await Api.GetAsync("alerts?open=true", cancellationToken);
        int raised = alerts.EnumerateArray().Count(a => Text(a, "event_id") == eventId);
        JsonElement[] reasons = [.. verdict.GetProperty("reasons").EnumerateArray()];
        string type = Text(verdict, "anomaly_type");
        _narrator.Step("analyse", raised == 1 && reasons.Length > 0 && type == "new_object", string.Create(CultureInfo.InvariantCulture,
            $"{type}, risk {Text(verdict, "severity")} ({verdict.GetProperty("score").GetDouble():0} of 100), {raised} alert"));
        foreach (JsonElement reason in reasons)
        {
            double points = reason.GetProperty("points").GetDouble();
            string shown = points == 0 ? "" : points.ToString("+0.0;-0.0", CultureInfo.InvariantCulture);
            Console.WriteLine($"     {shown,6}  {Text(reason, "text")}");
        }
    }

    private async Task ArchiveAsync(string eventId, CancellationToken cancellationToken)
    {
        bool Archived(JsonElement detail)
        {
            string[] done = [.. detail.GetProperty("objects").EnumerateArray().Where(o => Text(o, "status") == "completed").Select(o => Text(o, "name"))];
            return done.Contains("clip.mp4") && done.Contains("snapshot.jpg") && done.Contains("metadata.json") && Text(detail.GetProperty("event"), "stage") == "released";
        }

        JsonElement found = await PollAsync($"events/{eventId}", Archived, cancellationToken);
        string folder = Path.Combine(_node.Folder, "archive", $"camera-{Camera}", "events", eventId);
        string[] files = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        _narrator.Step("archive", files.Length == found.GetProperty("objects").GetArrayLength(), $"camera-{Camera}/events/{eventId}: {string.Join(", ", files)}");
    }

    private async Task ViewAsync(string eventId, string clipSha256, CancellationToken cancellationToken)
    {
        string path = $"events/{eventId}/clip";
        long length = await Api.LengthAsync(path, cancellationToken);
        byte[] front = await Api.RangeAsync(path, 0, (length / 2) - 1, cancellationToken);
        byte[] back = await Api.RangeAsync(path, length / 2, length - 1, cancellationToken);

        string passphrase = (await File.ReadAllTextAsync(PassphraseFile, cancellationToken)).Trim();
        string pem = await File.ReadAllTextAsync(PrivateKeyFile, cancellationToken);
        using RecipientPrivateKey key = RecipientPrivateKey.FromEncryptedPem(pem, passphrase);
        using var plaintext = new MemoryStream();
        await Unsealer.UnsealAsync(new MemoryStream([.. front, .. back]), key, plaintext, cancellationToken);
        bool same = Convert.ToHexStringLower(SHA256.HashData(plaintext.ToArray())) == clipSha256;

        (List<string> found, int searched) = KeySearch.Run(_node.Folder, pem, passphrase);
        string archived = Path.Combine(_node.Folder, "archive", $"camera-{Camera}", "events", eventId, "clip.mp4");
        (int opened, _) = await ChildProcess.RunAsync(
            _node.Dll,
            ["unseal", archived, "--out", Path.Combine(_root, "never.mp4"), "--key", Path.Combine(_node.Folder, "customer.pub.pem"), "--passphrase-file", PassphraseFile],
            cancellationToken);
        _narrator.Step("view", same && found.Count == 0 && opened != 0,
            $"two ranges of {length} bytes unsealed with the customer's key: {(same ? "the bytes that the edge sealed" : "OTHER BYTES")}; the node cannot: {searched} files searched, {found.Count} hold the key");
    }

    private async Task RestartAsync(string eventId, CancellationToken cancellationToken)
    {
        string[] paths = [$"events/{eventId}", "models", "alerts", "events"];
        string before = await SnapshotAsync(paths, cancellationToken);
        int killed = _node.ProcessId;
        await _node.KillAsync();
        await _node.StartAsync(cancellationToken);
        string after = await SnapshotAsync(paths, cancellationToken);
        long length = await Api.LengthAsync($"events/{eventId}/clip", cancellationToken);
        _narrator.Step("restart", before == after && length > 0, $"node {killed} killed (SIGKILL), {_node.ProcessId} has event, verdict, alert, model and archive {(before == after ? "unchanged" : "CHANGED")}");
    }

    private async Task StayAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine();
        await using LoopbackForwarder? forwarder = _site is null ? null : new LoopbackForwarder(_settings.Port, new IPEndPoint(IPAddress.Parse(_site.ConsoleAddress), _node.ApiPort));
        Console.WriteLine($"Console      {(forwarder is null ? _node.Address : $"http://127.0.0.1:{forwarder.Port}")}");
        Console.WriteLine($"API token    {_node.Token}");
        Console.WriteLine($"Private key  {PrivateKeyFile}");
        Console.WriteLine($"Passphrase   {(await File.ReadAllTextAsync(PassphraseFile, cancellationToken)).Trim()}");
        Console.WriteLine("Ctrl-C ends the demo.");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"Stopped. What the demo made is in {_root}");
        }
    }

    private async Task<string> SnapshotAsync(string[] paths, CancellationToken cancellationToken)
    {
        var all = new List<string>();
        foreach (string path in paths)
        {
            all.Add((await Api.GetAsync(path, cancellationToken)).GetRawText());
        }

        return string.Join('\n', all);
    }

    private async Task<JsonElement> CameraAsync(CancellationToken cancellationToken) =>
        (await Api.GetAsync("cameras", cancellationToken)).EnumerateArray().First(c => Text(c, "id") == Camera);

    private async Task<JsonElement> PollAsync(string path, Func<JsonElement, bool> done, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StepLimit);
        while (true)
        {
            JsonElement element = await Api.GetAsync(path, limit.Token);
            if (done(element))
            {
                return element;
            }

            await Task.Delay(100, limit.Token);
        }
    }

    private async Task HostAsync(string[] arguments, CancellationToken cancellationToken)
    {
        (int code, string output) = await ChildProcess.RunAsync(_node.Dll, arguments, cancellationToken);
        if (code != 0)
        {
            throw new StoryFailedException($"'{string.Join(' ', arguments)}' ended with {code}:\n{output}");
        }
    }

    private string[] InTunnel(params string[] arguments) => _site is null ? [] : arguments;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    private static string Dll(string name) =>
        typeof(Story).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == name).Value!;
}
