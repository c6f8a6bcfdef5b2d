using System.Security.Cryptography;
using Dapper;
using Google.Protobuf;
using Guardian.Testing;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests.Agent;

/// <summary>How a model comes to an edge, and stays.</summary>
public sealed class EdgeModelsTests : GatewayFixture
{
    private const int Chunk = 64 << 10;

    private readonly TemporaryFolder _edge = new();
    private readonly FakeDevice _device = new();

    private string Models => Path.Combine(_edge.File("agent"), "models");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync(), "front-door");
        credentials.Save(_edge.File("credentials"));
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _edge.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task a_download_that_was_cut_goes_on_after_its_last_sound_piece_in_another_agent()
    {
        // The first agent was killed in the middle of a piece, and the disk damaged the second one.
        Directory.CreateDirectory(Models);
        byte[] part = Node.Model[..(3 * Chunk / 2 * 2)];
        part[Chunk + 5] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(Models, Name(Node.Model) + ".part"), part);
        await using (await RunAsync())
        {
            Node.Deployments.Writer.TryWrite(Chunked());
            await ActiveAsync("m1");
        }

        Assert.Equal(Chunk, Assert.Single(Node.ModelOffsets));
        Assert.Equal(Node.Model, await File.ReadAllBytesAsync(Path.Combine(Models, Name(Node.Model))));
        Assert.Empty(Directory.GetFiles(Models, "*.part"));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_piece_that_arrives_wrong_is_asked_for_again_and_a_model_that_never_arrives_right_is_given_up()
    {
        int wrong = 0;
        Node.Download = offset =>
        {
            byte[] bytes = Node.Model[(int)offset..];
            if (wrong-- > 0)
            {
                bytes[Chunk / 2] ^= 1;
            }

            return new MemoryStream(bytes);
        };
        await using Running edge = await RunAsync();
        wrong = 1;
        Node.Deployments.Writer.TryWrite(Chunked());
        await ActiveAsync("m1");
        Assert.Equal([0, 0], Node.ModelOffsets);

        wrong = int.MaxValue;
        Node.Model = RandomNumberGenerator.GetBytes(200_000);
        Node.Deployments.Writer.TryWrite(Chunked("m2"));
        await Eventually.IsTrueAsync(() => Task.FromResult(_device.Models.Any(m => m.ModelId == "m2" && !m.IsAccepted)), "it is given up");
        Assert.False(Node.Reports.Last().Success);
        Assert.Single(Directory.GetFiles(Models));
    }

    [Fact(Timeout = 60_000)]
    public async Task scores_that_are_not_the_expected_ones_are_a_failure_and_the_model_is_not_used()
    {
        await using Running edge = await RunAsync();
        Deployment wrong = Chunked();
        (wrong.ProbeScore, wrong.ProbeTolerance) = (2, 0.02);
        Node.Deployments.Writer.TryWrite(wrong);
        await Eventually.IsTrueAsync(() => Task.FromResult(!Node.Reports.IsEmpty), "it is reported");
        Assert.Equal((false, true), (Node.Reports.Last().Success, Node.Reports.Last().ProbeFailed));
        Assert.Contains("probe_score", Node.Reports.Last().ErrorMessage, StringComparison.Ordinal);

        Deployment right = Chunked("m2");
        (right.ProbeScore, right.ProbeTolerance) = (1.51, 0.02);
        right.ProbeFrames.Add(new ProbeFrame { Jpeg = ByteString.CopyFrom(42), Score = 42.5 });
        Node.Deployments.Writer.TryWrite(right);
        await ActiveAsync("m2");
        Assert.Equal([42.0], Node.Reports.Last().FrameScores);
        Assert.Equal(2.5, Node.Reports.Last().MillisecondsPerFrame);
        Assert.DoesNotContain(_device.Models, m => m.ModelId == "m1" && m.IsAccepted);

        Deployment frame = Chunked("m3");
        (frame.ProbeScore, frame.ProbeTolerance) = (1.5, 0.02);
        frame.ProbeFrames.Add(new ProbeFrame { Jpeg = ByteString.CopyFrom(42), Score = 50 });
        Node.Deployments.Writer.TryWrite(frame);
        await Eventually.IsTrueAsync(() => Task.FromResult(Node.Reports.Last().ErrorMessage.Contains("probe_frames[0]", StringComparison.Ordinal)), "the frame does not agree");
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_in_use_survives_a_restart_and_the_node_is_told_of_it()
    {
        await using (await RunAsync())
        {
            Node.Deployments.Writer.TryWrite(Chunked());
            await ActiveAsync("m1");
        }

        Assert.Empty(Node.Hellos.First().RunningDeploymentIds);
        Assert.Equal(18u, Node.Hellos.First().Runtime.MaxOpset);
        _device.Models.Clear();
        await using (await RunAsync())
        {
            await ActiveAsync("m1");
            await Eventually.IsTrueAsync(() => Task.FromResult(Node.Hellos.Last().RunningDeploymentIds.SequenceEqual(["d1"])), "the node is told");
        }

        Assert.True(Node.Hellos.Last().ReportsRunning);
        Assert.Single(Node.Reports);

        // Damaged on the disk, it is not used, and the node is told that as well.
        byte[] damaged = [.. Node.Model];
        damaged[0] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(Models, Name(Node.Model)), damaged);
        _device.Models.Clear();
        int hellos = Node.Hellos.Count;
        await using (await RunAsync())
        {
            await Eventually.IsTrueAsync(() => Task.FromResult(Node.Hellos.Count > hellos && Node.Hellos.Last().RunningDeploymentIds.Count == 0), "the node is told");
        }

        Assert.Empty(_device.Models);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_that_the_node_does_not_accept_is_not_kept_and_one_that_is_withdrawn_is_gone()
    {
        await using Running edge = await RunAsync();
        Node.Accepts = _ => false;
        Node.Deployments.Writer.TryWrite(Chunked());
        await Eventually.IsTrueAsync(() => Task.FromResult(_device.Models.Contains(("m1", false, ""))), "it is refused");
        await Eventually.IsTrueAsync(() => Task.FromResult(Directory.GetFiles(Models).Length == 0), "its file is gone");
        Node.Accepts = _ => true;
        Node.Deployments.Writer.TryWrite(Chunked("m2"));
        await ActiveAsync("m2");
        Node.Deployments.Writer.TryWrite(new Deployment { DeploymentId = "d1", ModelId = "m2", CameraId = "front-door", IsWithdrawal = true });
        await Eventually.IsTrueAsync(() => Task.FromResult(_device.Models.Contains(("m2", false, "withdrawn"))), "it is withdrawn");
        await Eventually.IsTrueAsync(() => Task.FromResult(Directory.GetFiles(Models).Length == 0), "its file is gone");
        Assert.True(Node.Reports.Last().Success);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_that_ends_the_process_each_time_it_is_loaded_is_reported_and_not_loaded_again()
    {
        await using (await RunAsync())
        {
            await Eventually.IsTrueAsync(() => Task.FromResult(!Node.Hellos.IsEmpty), "the agent's files are there");
        }

        await Eventually.IsTrueAsync(() => Task.FromResult(Node.Watches == 0), "the node has seen the first agent leave");
        await using (var database = new EdgeDatabase(Path.Combine(_edge.File("agent"), "agent.db")))
        {
            await database.WriteAsync(c => c.Execute("INSERT INTO model_loads VALUES ('d1', 2)"), None);
        }

        await using Running edge = await RunAsync();
        Node.Deployments.Writer.TryWrite(Chunked());
        await Eventually.IsTrueAsync(() => Task.FromResult(!Node.Reports.IsEmpty), "it is reported");
        Assert.Contains("has ended this edge's process", Node.Reports.Last().ErrorMessage, StringComparison.Ordinal);
        Node.Deployments.Writer.TryWrite(Chunked());
        await ActiveAsync("m1");
    }

    [Fact(Timeout = 60_000)]
    public async Task what_a_model_did_goes_to_the_node_with_the_telemetry_and_impossible_figures_are_refused()
    {
        using EdgeCredentials credentials = EdgeCredentials.Load(_edge.File("credentials"));
        using var client = new EdgeClient(credentials);
        var use = new ModelUse { DeploymentId = "d1", Frames = 10, Alarms = 1, Seconds = 0.5, CountedSince = UnixNanoseconds.From(Time.GetUtcNow()) };
        Assert.True((await client.SendTelemetryAsync(new TelemetryData { Models = { use } }, None)).Success);
        Assert.Equal(use, Assert.Single(Node.Uses));
        foreach ((string field, Action<ModelUse> change) in new (string, Action<ModelUse>)[]
        {
            ("alarms", u => u.Alarms = 11), ("seconds", u => u.Seconds = double.NaN), ("seconds", u => u.Seconds = -1), ("deployment_id", u => u.DeploymentId = ""),
            ("counted_since", u => u.CountedSince = UnixNanoseconds.From(Time.GetUtcNow().AddDays(2))),
        })
        {
            ModelUse wrong = use.Clone();
            change(wrong);
            SendTelemetryResponse refused = await client.SendTelemetryAsync(new TelemetryData { Models = { wrong } }, None);
            Assert.False(refused.Success);
            Assert.Contains(field, refused.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Single(Node.Uses);
    }

    private static string Name(byte[] model) => $"{Convert.ToHexStringLower(SHA256.HashData(model))}.onnx";

    private Deployment Chunked(string model = "m1")
    {
        Deployment deployment = Node.Assign();
        deployment.ModelId = model;
        deployment.ChunkSize = Chunk;
        deployment.ChunkSha256 = ByteString.CopyFrom([.. Node.Model.Chunk(Chunk).SelectMany(SHA256.HashData)]);
        return deployment;
    }

    private Task ActiveAsync(string model) => Eventually.IsTrueAsync(() => Task.FromResult(_device.Models.Contains((model, true, ""))), $"{model} is in use");

    private async Task<Running> RunAsync()
    {
        var options = new EdgeAgentOptions
        {
            Directory = _edge.File("agent"),
            CredentialsDirectory = _edge.File("credentials"),
            FirstRetry = TimeSpan.FromMilliseconds(20),
            LastRetry = TimeSpan.FromMilliseconds(200),
        };
        return new Running(await EdgeAgent.OpenAsync(options, _device, NullLogger.Instance));
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly EdgeAgent _agent;
        private readonly Task _work;

        public Running(EdgeAgent agent)
        {
            _agent = agent;
            _work = agent.RunAsync(_stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _work;
            await _agent.DisposeAsync();
            _stop.Dispose();
        }
    }
}
