using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.EndToEnd;

/// <summary>Models from a file to edges, over the REST API, with real processes that are killed.</summary>
public sealed class RolloutTests : IAsyncLifetime
{
    private RunningNode _node = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _node = await RunningNode.StartAsync();
        _http = _node.OpenHttp();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task an_edge_that_is_killed_again_and_again_while_it_downloads_ends_with_the_right_model_and_never_with_a_wrong_one()
    {
        string credentials = await _node.EnrolAsync("edge"), work = _node.File("work");
        string[] edge = ["models", "--credentials", credentials, "--work", work, "--camera", "front-door"];
        JsonElement first = await ImportAsync("first", OnnxFile.Make(64, 1)), next = await ImportAsync("next", OnnxFile.Make(60_000, 2));
        await using (ChildProcess started = ChildProcess.Start(Programs.Edge, edge))
        {
            await CameraAsync("front-door");
            await SetAsync("front-door", first);
            await ToldAsync(started, line => Text(line, "active") == Text(first, "id"));
        }

        await SetAsync("front-door", next);
        var random = new Random(5);
        for (int i = 0; i < 8; i++)
        {
            await using ChildProcess dying = ChildProcess.Start(Programs.Edge, edge);

            // Not a wait for anything: the moment of the kill is what is random.
            await Task.Delay(random.Next(300, 1200));
            await dying.KillAsync();
        }

        await using ChildProcess last = ChildProcess.Start(Programs.Edge, edge);
        List<JsonElement> lines = await ToldAsync(last, line => Text(line, "active") == Text(next, "id"));
        Assert.All(lines.Where(l => l.TryGetProperty("active", out _)), l => Assert.Contains(Text(l, "sha256"), new[] { Text(first, "sha256"), Text(next, "sha256") }));
        Assert.DoesNotContain(lines, l => l.TryGetProperty("refused", out _));
        await Eventually.IsTrueAsync(async () => Text((await GetAsync("assignments"))[0], "model_id") == Text(next, "id"), "the node knows");
        string file = Path.Combine(work, "agent", "models", $"{Text(next, "sha256")}.onnx");
        Assert.Equal(Text(next, "sha256"), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file))));
    }

    [Fact(Timeout = 240_000)]
    public async Task a_node_that_is_killed_in_the_middle_of_a_rollout_ends_it_consistently()
    {
        const int count = 4;
        JsonElement first = await ImportAsync("base", OnnxFile.Make(64, 1)), next = await ImportAsync("base", OnnxFile.Make(4000, 2));
        var edges = new List<(EdgeAgent Agent, MemoryDevice Device, Task Work)>();
        using var stop = new CancellationTokenSource();
        try
        {
            for (int i = 0; i < count; i++)
            {
                var device = new MemoryDevice($"cam-{i}");
                var options = new EdgeAgentOptions
                {
                    Directory = _node.File($"agent-{i}"),
                    CredentialsDirectory = await _node.EnrolAsync($"edge-{i}"),
                    FirstRetry = TimeSpan.FromMilliseconds(50),
                    LastRetry = TimeSpan.FromMilliseconds(500),
                };
                EdgeAgent agent = await EdgeAgent.OpenAsync(options, device, NullLogger.Instance);
                edges.Add((agent, device, agent.RunAsync(stop.Token)));
                await CameraAsync($"cam-{i}");
            }

            await StartAsync(new { name = "first", model_id = Text(first, "id"), canary_share = 1, wait_seconds = 0 });
            await Eventually.IsTrueAsync(() => Task.FromResult(edges.All(e => e.Device.Active == Text(first, "id"))), "all have the first", TimeSpan.FromSeconds(60));
            JsonElement rollout = await StartAsync(new { name = "next", model_id = Text(next, "id"), canary_count = 1, wait_seconds = 1 });
            var random = new Random(3);
            for (int i = 0; i < 4; i++)
            {
                // Not a wait for anything: the moment of the kill is what is random.
                await Task.Delay(random.Next(50, 900));
                await _node.Node.KillAsync();
                await _node.Node.StartAsync(CancellationToken.None);
            }

            JsonElement ended = await EndedAsync(rollout);
            Assert.Equal(("completed", count), (Text(ended, "phase"), ended.GetProperty("counts").GetProperty("active").GetInt32()));

            // A report that a kill left without its answer is made again: the rollout may know of the model's use before its edge does.
            await Eventually.IsTrueAsync(() => Task.FromResult(edges.All(e => e.Device.Active == Text(next, "id"))), "all have the next", TimeSpan.FromSeconds(60));
            Assert.All((await GetAsync("assignments")).EnumerateArray(), a => Assert.Equal((Text(next, "id"), Text(first, "id")), (Text(a, "model_id"), Text(a, "previous_model_id"))));

            // And back again by the operator's word, from one of them that refuses nothing: any version can be set.
            await SetAsync("cam-0", first);
            await Eventually.IsTrueAsync(() => Task.FromResult(edges[0].Device.Active == Text(first, "id")), "the first is back", TimeSpan.FromSeconds(60));
        }
        finally
        {
            await stop.CancelAsync();
            foreach ((EdgeAgent agent, _, Task work) in edges)
            {
                await work;
                await agent.DisposeAsync();
            }
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task fifty_edges_take_a_model_at_once_while_events_go_on_and_the_node_holds_only_a_part_of_it_in_memory()
    {
        const int count = 50;
        byte[] onnx = OnnxFile.Make(10_000, 1);
        JsonElement model = await ImportAsync("base", onnx);
        var clients = new List<EdgeClient>();
        var targets = new List<object>();
        await using (var registry = new EdgeRegistry(Path.Combine(_node.Node.Folder, "tunnel", "registry.db")))
        {
            for (int i = 0; i < count; i++)
            {
                AdmissionTicket ticket = await registry.AddEdgeAsync(new NewEdge { Name = $"edge {i}" }, "test", CancellationToken.None);
                var bundle = new EnrollmentBundle
                {
                    Address = $"127.0.0.1:{_node.Node.EnrollmentPort}",
                    CaFingerprint = CertificateAuthority.ReadFingerprint(Path.Combine(_node.Node.Folder, "tunnel")),
                    Token = ticket.Token,
                    ExpiresAt = ticket.ExpiresAt,
                };
                clients.Add(new EdgeClient((await EdgeEnrollment.EnrollAsync(bundle, new EdgeDescription { Software = "test" }, CancellationToken.None)).Credentials));
                targets.Add(new { edge_id = ticket.Edge.Id.ToString(), camera_id = $"cam-{i}", model_id = Text(model, "id") });
            }
        }

        using EdgeClient sender = await _node.ConnectAsync();
        using var stop = new CancellationTokenSource();
        long before = Resident();
        JsonElement rollout = await StartAsync(new { name = "all", targets, canary_count = 1, wait_seconds = 0 });
        Task<int> events = SendAsync(sender, stop.Token);
        await Task.WhenAll(clients.Select((client, i) => TakeAsync(client, _node.File($"model-{i}"))));
        JsonElement ended = await EndedAsync(rollout);
        long most = Resident(peak: true);
        await stop.CancelAsync();
        Assert.Equal(("completed", count), (Text(ended, "phase"), ended.GetProperty("counts").GetProperty("active").GetInt32()));
        Assert.True(await events > 0, "events are acknowledged meanwhile");
        Assert.True(most - before < count * onnx.LongLength / 2, $"the node grew from {before >> 20} to {most >> 20} MiB");
        clients.ForEach(c => c.Dispose());
    }

    [Fact(Timeout = 120_000)]
    public async Task models_and_rollouts_are_served_and_what_is_wrong_is_said_by_name()
    {
        JsonElement model = await ImportAsync("yolo", OnnxFile.Make(64, 1));
        Assert.Equal(("yolo", "1.0.0", "ready", "detector"), (Text(model, "name"), Text(model, "version"), Text(model, "status"), Text(model, "type")));
        Assert.Equal(Text(model, "id"), Text(await GetAsync($"models/{Text(model, "id")}/metadata"), "model_id"));
        Assert.Equal(17, (await GetAsync($"models/{Text(model, "id")}/metadata")).GetProperty("opset").GetInt32());

        (HttpStatusCode bomb, string reason) = await PostAsync("models?name=bomb&type=detector", new ByteArrayContent(OnnxFile.Bomb()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bomb);
        Assert.Contains("ConstantOfShape", reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("models?name=x&type=detector&version=1.2", new ByteArrayContent([1]))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("models?type=detector", new ByteArrayContent([1]))).Status);

        (HttpStatusCode wrong, reason) = await PostAsync("rollouts", JsonContent.Create(new { name = "", targets = new[] { new { edge_id = "e", camera_id = "c", model_id = Text(model, "id") } }, canary_share = 2 }));
        Assert.Equal(HttpStatusCode.BadRequest, wrong);
        Assert.Contains("name:", reason, StringComparison.Ordinal);
        Assert.Contains("canary_share:", reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("rollouts", JsonContent.Create(new { name = "x", model_id = "nothing" }))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/v1/rollouts/nothing")).StatusCode);

        JsonElement rollout = await StartAsync(new { name = "by hand", targets = new[] { new { edge_id = "edge-0000000000000000", camera_id = "front-door", model_id = Text(model, "id") } } });
        Assert.Equal(("canary", 1), (Text(rollout, "phase"), rollout.GetProperty("counts").GetProperty("assigned").GetInt32()));
        string id = Text(rollout, "id");
        Assert.True((await ActAsync(id, "pause", new { })).GetProperty("paused").GetBoolean());
        Assert.False((await ActAsync(id, "resume", new { })).GetProperty("paused").GetBoolean());
        JsonElement back = await ActAsync(id, "roll-back", new { reason = "changed my mind" });
        Assert.Equal("rolled_back", Text(back, "phase"));
        Assert.Contains("changed my mind", Text(back, "reason"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync($"rollouts/{id}/pause", JsonContent.Create(new { }))).Status);
        Assert.Equal(id, Text((await GetAsync("rollouts"))[0], "id"));

        Assert.Equal(HttpStatusCode.NoContent, (await _http.PutAsJsonAsync("/api/v1/cameras/front-door/pin", new { reason = "evidence" })).StatusCode);
        JsonElement skipped = await StartAsync(new { name = "pinned", targets = new[] { new { edge_id = "e", camera_id = "front-door", model_id = Text(model, "id") } } });
        Assert.Contains("evidence", Text(skipped.GetProperty("targets")[0], "reason"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync("/api/v1/cameras/front-door/pin")).StatusCode);
        Assert.Empty((await GetAsync("pins")).EnumerateArray());

        Assert.Equal(HttpStatusCode.NoContent, (await _http.PutAsJsonAsync($"/api/v1/models/{Text(model, "id")}/status", new { status = "failed" })).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await _http.PutAsJsonAsync($"/api/v1/models/{Text(model, "id")}/status", new { status = "ready" })).StatusCode);
        (int code, string output) = await ChildProcess.RunAsync(Programs.Host, ["model", "list", "--data", _node.Node.Folder, "--token", _node.Node.Token!], CancellationToken.None);
        Assert.True(code == 0 && output.Contains(Text(model, "id"), StringComparison.Ordinal), output);
        (code, output) = await ChildProcess.RunAsync(Programs.Host, ["rollout", "show", id, "--data", _node.Node.Folder, "--token", _node.Node.Token!], CancellationToken.None);
        Assert.True(code == 0 && output.Contains("rolled_back", StringComparison.Ordinal), output);
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static async Task TakeAsync(EdgeClient client, string file)
    {
        await foreach (Deployment deployment in client.WatchDeploymentsAsync(CancellationToken.None))
        {
            await client.DownloadModelAsync(deployment, file, CancellationToken.None);
            Assert.True((await client.ReportDeploymentAsync(new ReportDeploymentRequest { DeploymentId = deployment.DeploymentId, Success = true, Sha256 = deployment.Sha256 }, CancellationToken.None)).Accepted);
            return;
        }
    }

    private static async Task<int> SendAsync(EdgeClient sender, CancellationToken cancellationToken)
    {
        for (int sent = 0; ; sent++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return sent;
            }

            var e = new Event { Id = Guid.NewGuid().ToString(), CameraId = "load", EventType = "load", Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) };
            Assert.True((await sender.SendEventsAsync([e], CancellationToken.None)).Success);
        }
    }

    private long Resident(bool peak = false) => long.Parse(
        File.ReadLines($"/proc/{_node.Node.ProcessId}/status").First(l => l.StartsWith(peak ? "VmHWM:" : "VmRSS:", StringComparison.Ordinal))[6..].Replace("kB", "", StringComparison.Ordinal).Trim(),
        System.Globalization.CultureInfo.InvariantCulture) * 1024;

    private static async Task<List<JsonElement>> ToldAsync(ChildProcess edge, Func<JsonElement, bool> isIt)
    {
        var lines = new List<JsonElement>();
        await foreach (string line in edge.LinesAsync(CancellationToken.None))
        {
            lines.Add(JsonSerializer.Deserialize<JsonElement>(line));
            if (isIt(lines[^1]))
            {
                return lines;
            }
        }

        throw new InvalidOperationException($"the edge ended: {edge.Tail}");
    }

    private async Task<JsonElement> ImportAsync(string name, byte[] onnx)
    {
        (HttpStatusCode status, string body) = await PostAsync($"models?name={name}&type=detector", new ByteArrayContent(onnx));
        Assert.True(status == HttpStatusCode.Created, body);
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    private async Task CameraAsync(string id) =>
        await Eventually.IsTrueAsync(async () => (await GetAsync("cameras")).EnumerateArray().Any(c => Text(c, "id") == id), $"{id} is known", TimeSpan.FromSeconds(60));

    private async Task SetAsync(string camera, JsonElement model) =>
        Assert.Equal(HttpStatusCode.OK, (await _http.PutAsJsonAsync($"/api/v1/cameras/{camera}/model", new { model_id = Text(model, "id") })).StatusCode);

    private async Task<JsonElement> StartAsync(object request)
    {
        (HttpStatusCode status, string body) = await PostAsync("rollouts", JsonContent.Create(request));
        Assert.True(status == HttpStatusCode.OK, body);
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    private async Task<JsonElement> ActAsync(string id, string word, object body)
    {
        (HttpStatusCode status, string answer) = await PostAsync($"rollouts/{id}/{word}", JsonContent.Create(body));
        Assert.True(status == HttpStatusCode.OK, answer);
        return JsonSerializer.Deserialize<JsonElement>(answer);
    }

    private async Task<JsonElement> EndedAsync(JsonElement rollout)
    {
        JsonElement ended = default;
        await Eventually.IsTrueAsync(
            async () => Text(ended = await GetAsync($"rollouts/{Text(rollout, "id")}"), "phase") is "completed" or "rolled_back", "the rollout ends", TimeSpan.FromSeconds(90));
        return ended;
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, HttpContent content)
    {
        using HttpResponseMessage response = await _http.PostAsync($"/api/v1/{path}", content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> GetAsync(string path) => JsonSerializer.Deserialize<JsonElement>(await _http.GetStringAsync($"/api/v1/{path}"));

    /// <summary>An edge in this process that works with whatever it is given.</summary>
    private sealed class MemoryDevice(string camera) : IEdgeDevice
    {
        private volatile string _active = "";

        public string Active => _active;

        public Task<IReadOnlyList<CameraCapability>> DescribeCamerasAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CameraCapability>>([new CameraCapability { CameraId = camera, Name = camera, Enabled = true }]);

        public Task<TelemetryData> MeasureAsync(CancellationToken cancellationToken) => Task.FromResult(new TelemetryData());

        public Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken) => Task.FromResult(CommandAnswer.Unsupported);

        public Task<ModelRuntime> DescribeRuntimeAsync(CancellationToken cancellationToken) => Task.FromResult(new ModelRuntime { Name = "test", MaxOpset = 20 });

        public Task<ModelProbe> LoadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken) => Task.FromResult(new ModelProbe(null, []));

        public Task WithdrawModelAsync(Deployment deployment, CancellationToken cancellationToken)
        {
            _active = "";
            return Task.CompletedTask;
        }

        public Task ModelReportedAsync(Deployment deployment, bool isAccepted, string reason, CancellationToken cancellationToken)
        {
            _active = isAccepted ? deployment.ModelId : _active;
            return Task.CompletedTask;
        }
    }
}
