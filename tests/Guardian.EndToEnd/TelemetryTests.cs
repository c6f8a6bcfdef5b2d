using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Guardian.EndToEnd.Support;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>Telemetry of a real edge on a real node, as an operator's monitoring sees it.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private RunningNode _node = null!;
    private HttpClient _http = null!;
    private EdgeCredentials _credentials = null!;
    private EdgeClient _client = null!;

    public async Task InitializeAsync()
    {
        _node = await RunningNode.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_node.Node.Address) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _node.Node.Token);
        _credentials = EdgeCredentials.Load(await _node.EnrolAsync("garage"));
        _client = new EdgeClient(_credentials);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        _credentials.Dispose();
        _http.Dispose();
        await _node.DisposeAsync();
    }

    [RequiresFact("promtool", Timeout = 120_000)]
    public async Task promtool_finds_nothing_wrong_with_the_metrics_of_a_node_whose_edge_sent_telemetry()
    {
        await SendAsync(diskPercent: 96);
        string edge = _credentials.EdgeId.ToString();
        string text = await Eventually.GetAsync(
            async () => await _http.GetStringAsync("/metrics") is var t && t.Contains($"guardian_edge_health{{guardian_edge_id=\"{edge}\",guardian_health_level=\"unhealthy\"}} 1\n", StringComparison.Ordinal) ? t : null,
            "the edge's metrics are there");
        foreach (string line in new[]
        {
            $"system_cpu_utilization_ratio{{guardian_edge_id=\"{edge}\"}} 0.5",
            $"system_filesystem_utilization_ratio{{guardian_edge_id=\"{edge}\"}} 0.96",
            $"system_memory_usage_bytes{{guardian_edge_id=\"{edge}\",system_memory_state=\"used\"}} 1000",
            $"guardian_edge_inference_duration_seconds{{guardian_edge_id=\"{edge}\"}} 0.25",
            $"guardian_camera_online{{guardian_camera_id=\"yard\",guardian_edge_id=\"{edge}\"}} 1",
            "guardian_edges{guardian_edge_state=\"connected\"} 1",
        })
        {
            Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        }

        // Of the process and of both of its web servers.
        Assert.Contains("dotnet_gc_collections_total{", text, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Contains("kestrel_active_connections{", text, StringComparison.Ordinal);

        using Process promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        string findings = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.Equal((0, ""), (promtool.ExitCode, findings));
    }

    [Fact(Timeout = 60_000)]
    public async Task metrics_need_the_token_and_say_their_format()
    {
        using var stranger = new HttpClient { BaseAddress = _http.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/metrics")).StatusCode);
        using HttpResponseMessage response = await _http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact(Timeout = 60_000)]
    public async Task an_edges_and_a_cameras_telemetry_and_health_are_given()
    {
        await SendAsync(diskPercent: 90);
        string edge = _credentials.EdgeId.ToString();
        JsonElement health = await _node.Api.GetAsync($"edges/{edge}/health", CancellationToken.None);
        Assert.Equal("degraded", health.GetProperty("level").GetString());
        JsonElement reason = health.GetProperty("reasons")[0];
        Assert.Equal("disk_nearly_full", reason.GetProperty("code").GetString());
        Assert.Contains("90 % full, the limit is 85 %", reason.GetProperty("message").GetString(), StringComparison.Ordinal);

        JsonElement series = await _node.Api.GetAsync($"edges/{edge}/telemetry?resolution=raw", CancellationToken.None);
        Assert.Equal(50, series.GetProperty("points")[0].GetProperty("metrics").GetProperty("cpu_usage_percent").GetProperty("mean").GetDouble());
        series = await _node.Api.GetAsync("cameras/yard/telemetry?resolution=raw", CancellationToken.None);
        Assert.Equal(1, series.GetProperty("points")[0].GetProperty("metrics").GetProperty("camera_online").GetProperty("last").GetDouble());

        // The list has it once the node has judged the edge by itself.
        await Eventually.IsTrueAsync(
            async () => (await _node.Api.GetAsync("edges", CancellationToken.None))[0].GetProperty("health") is { ValueKind: JsonValueKind.Object } h && h.GetProperty("level").GetString() == "degraded",
            "the edge is judged");
    }

    [Fact(Timeout = 60_000)]
    public async Task bad_questions_are_problems_that_name_the_field()
    {
        string edge = _credentials.EdgeId.ToString();
        await SendAsync(diskPercent: 10);
        foreach ((string path, string field) in new[]
        {
            ($"edges/{edge}/telemetry?resolution=week", "resolution"), ($"edges/{edge}/telemetry?resolution=1", "resolution"), ($"edges/{edge}/telemetry?from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z", "to"),
            ($"edges/{edge}/telemetry?from=2020-01-01T00:00:00Z", "2000 points"), ("cameras/yard/telemetry?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&resolution=day", "2000 points"),
            ($"edges/{edge}/telemetry?from=yesterday", "from"), ($"edges/{edge}/telemetry?resolution=day&to=0001-01-01T00:00:00Z", "to"),
        })
        {
            using HttpResponseMessage response = await _http.GetAsync($"/api/v1/{path}");
            Assert.Equal((path, HttpStatusCode.BadRequest), (path, response.StatusCode));
            Assert.Contains(field, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        foreach (string path in new[] { $"edges/{EdgeId.New()}/health", "edges/nobody/health", $"edges/{EdgeId.New()}/telemetry", "cameras/nobody/telemetry" })
        {
            using HttpResponseMessage response = await _http.GetAsync($"/api/v1/{path}");
            Assert.Equal((path, HttpStatusCode.NotFound), (path, response.StatusCode));
        }
    }

    private async Task SendAsync(double diskPercent)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var telemetry = new TelemetryData
        {
            Timestamp = UnixNanoseconds.From(now),
            System = new SystemMetrics { CpuUsagePercent = 50, MemoryUsedBytes = 1000, MemoryTotalBytes = 4000, DiskUsagePercent = diskPercent },
            Application = new ApplicationMetrics { ActiveCameras = 1, AiInferenceTimeMs = 250 },
            Cameras = { new CameraStatus { CameraId = "yard", Online = true, LastSeen = now.ToString("O", CultureInfo.InvariantCulture) } },
        };
        SendTelemetryResponse response = await _client.SendTelemetryAsync(telemetry, CancellationToken.None);
        Assert.True(response.Success, response.ErrorMessage);
    }
}
