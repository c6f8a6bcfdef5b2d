using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

public sealed class RestApiTests : IAsyncLifetime
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

    [Fact(Timeout = 60_000)]
    public async Task without_the_token_nothing_but_health_is_answered()
    {
        using var stranger = new HttpClient { BaseAddress = _http.BaseAddress };
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/api/v1/health")).StatusCode);
        foreach (string path in new[] { "events", $"events/{Guid.NewGuid()}", $"events/{Guid.NewGuid()}/clip", "cameras", "models", "edges", "alerts" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync($"/api/v1/{path}")).StatusCode);
            using var wrong = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}");
            wrong.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "guardian-api-wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(wrong)).StatusCode);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task the_token_is_kept_only_as_a_hash()
    {
        // Without empty files: the node's lock file is one and cannot be opened by another process.
        foreach (string file in Directory.GetFiles(_node.Node.Folder, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 0))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            Assert.DoesNotContain(_node.Node.Token!, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("events?limit=0", "limit")]
    [InlineData("events?limit=501", "limit")]
    [InlineData("events?cursor=xyz", "cursor")]
    [InlineData("events?camera=a/b", "camera")]
    [InlineData("events?severity=terrible", "severity")]
    [InlineData("events?severity=9", "severity")]
    [InlineData("alerts?limit=0", "limit")]
    public async Task bad_input_is_a_problem_that_names_the_field(string path, string field)
    {
        using HttpResponseMessage response = await _http.GetAsync($"/api/v1/{path}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains(field, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_not_there_is_404_as_a_problem()
    {
        foreach (string path in new[] { $"events/{Guid.NewGuid()}", $"events/{Guid.Empty}", $"events/{Guid.NewGuid()}/clip", $"events/{Guid.NewGuid()}/snapshots/1", "nothing", "events/not-a-uuid" })
        {
            using HttpResponseMessage response = await _http.GetAsync($"/api/v1/{path}");
            Assert.Equal((path, HttpStatusCode.NotFound), (path, response.StatusCode));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_clip_is_served_whole_by_range_and_conditionally()
    {
        using EdgeClient client = await _node.ConnectAsync();
        Guid id = Guid.NewGuid();
        byte[] clip = await new Sealer(_node.Customer.PublicKey).SealAsync(new byte[200_000], "video/mp4");
        await client.SendEventsAsync([new Event { Id = id.ToString(), CameraId = "yard", EventType = "motion", Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) }], CancellationToken.None);
        await client.UploadClipAsync(id, new MemoryStream(clip), 1, null, CancellationToken.None);
        string url = $"/api/v1/events/{id}/clip";

        using HttpResponseMessage whole = await _http.GetAsync(url);
        Assert.Equal(clip, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal("bytes", whole.Headers.AcceptRanges.Single());
        string etag = whole.Headers.ETag!.Tag;

        foreach ((string range, int from, int to) in new[] { ("bytes=0-0", 0, 1), ("bytes=100-299", 100, 300), ("bytes=200000-", 200_000, clip.Length), ("bytes=-50", clip.Length - 50, clip.Length), ("bytes=10-99999999", 10, clip.Length) })
        {
            using HttpResponseMessage part = await SendAsync(url, ("Range", range));
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(clip[from..to], await part.Content.ReadAsByteArrayAsync());
            Assert.Equal($"bytes {from}-{to - 1}/{clip.Length}", part.Content.Headers.ContentRange!.ToString());
        }

        using HttpResponseMessage beyond = await SendAsync(url, ("Range", $"bytes={clip.Length}-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using HttpResponseMessage unchanged = await SendAsync(url, ("If-None-Match", etag));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        using HttpResponseMessage other = await SendAsync(url, ("Range", "bytes=0-9"), ("If-Range", "\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using HttpResponseMessage same = await SendAsync(url, ("Range", "bytes=0-9"), ("If-Range", etag));
        Assert.Equal(HttpStatusCode.PartialContent, same.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_openapi_document_names_every_path()
    {
        using JsonDocument document = JsonDocument.Parse(await _http.GetStringAsync("/openapi/v1.json"));
        string[] paths = [.. document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name)];
        foreach (string path in new[] { "/api/v1/health", "/api/v1/events", "/api/v1/events/{id}", "/api/v1/events/{id}/clip", "/api/v1/events/{id}/snapshots/{number}", "/api/v1/cameras", "/api/v1/models", "/api/v1/edges", "/api/v1/alerts" })
        {
            Assert.Contains(path, paths);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task pages_are_sent_with_a_policy_that_allows_nothing_from_outside()
    {
        using HttpResponseMessage page = await _http.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_operators_commands_list_and_revoke_edges()
    {
        string credentials = await _node.EnrolAsync("garage");
        using EdgeCredentials loaded = EdgeCredentials.Load(credentials);
        using var client = new EdgeClient(loaded);
        await client.HeartbeatAsync(CancellationToken.None);
        Assert.Equal(JsonValueKind.Null, (await _node.Api.GetAsync("edges", CancellationToken.None))[0].GetProperty("telemetry").ValueKind);
        await client.SendTelemetryAsync(new TelemetryData { Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) }, CancellationToken.None);
        Assert.Equal(JsonValueKind.Object, (await _node.Api.GetAsync("edges", CancellationToken.None))[0].GetProperty("telemetry").ValueKind);

        (int listed, string list) = await ChildProcess.RunAsync(Programs.Host, ["edge", "list", "--data", _node.Node.Folder], CancellationToken.None);
        Assert.Equal(0, listed);
        Assert.Contains($"{loaded.EdgeId}", list, StringComparison.Ordinal);
        Assert.Contains("active", list, StringComparison.Ordinal);

        (int revoked, _) = await ChildProcess.RunAsync(Programs.Host, ["edge", "revoke", $"{loaded.EdgeId}", "--data", _node.Node.Folder], CancellationToken.None);
        Assert.Equal(0, revoked);

        // The connection that is open may be cut under the first call.
        await Eventually.IsTrueAsync(
            async () => (await Assert.ThrowsAsync<Grpc.RpcException>(() => client.HeartbeatAsync(CancellationToken.None))).StatusCode == Grpc.StatusCode.Unauthenticated,
            "the edge is told that it is shut out");
    }

    [Fact(Timeout = 60_000)]
    public async Task keys_are_never_overwritten_and_unseal_opens_what_was_sealed()
    {
        string folder = _node.File("keys");
        string[] create = ["keys", "create", "--out", folder, "--passphrase-file", _node.File("passphrase.txt")];
        Assert.Equal(0, (await ChildProcess.RunAsync(Programs.Host, create, CancellationToken.None)).ExitCode);
        (int again, string message) = await ChildProcess.RunAsync(Programs.Host, create, CancellationToken.None);
        Assert.NotEqual(0, again);
        Assert.Contains("never overwritten", message, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "customer.key.pem")));

        RecipientPublicKey key = RecipientPublicKey.FromPem(await File.ReadAllTextAsync(Path.Combine(folder, "customer.pub.pem")));
        await File.WriteAllBytesAsync(_node.File("x.sealed"), await new Sealer(key).SealAsync("hello"u8.ToArray(), "text/plain"));
        string[] unseal = ["unseal", _node.File("x.sealed"), "--out", _node.File("x.txt"), "--key", Path.Combine(folder, "customer.key.pem"), "--passphrase-file", _node.File("passphrase.txt")];
        Assert.Equal(0, (await ChildProcess.RunAsync(Programs.Host, unseal, CancellationToken.None)).ExitCode);
        Assert.Equal("hello", await File.ReadAllTextAsync(_node.File("x.txt")));
    }

    private async Task<HttpResponseMessage> SendAsync(string url, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await _http.SendAsync(request);
    }
}
