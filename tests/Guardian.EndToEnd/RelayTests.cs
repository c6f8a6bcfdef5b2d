using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>Sealed objects on their way to a viewer, and what the evidence log then says.</summary>
public sealed class RelayTests : IAsyncLifetime
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

    [Fact(Timeout = 120_000)]
    public async Task ranges_preconditions_and_head_are_those_of_rfc_9110()
    {
        (Guid id, byte[] clip) = await UploadAsync(200_000);
        string url = $"/api/v1/events/{id}/clip";
        using HttpResponseMessage whole = await SendAsync(url);
        string etag = whole.Headers.ETag!.Tag;
        string modified = whole.Content.Headers.LastModified!.Value.ToString("R");
        string earlier = whole.Content.Headers.LastModified!.Value.AddMinutes(-1).ToString("R");
        Assert.False(whole.Headers.ETag.IsWeak);

        (HttpStatusCode, (string, string)[])[] cases =
        [
            (HttpStatusCode.OK, [("If-Match", etag)]),
            (HttpStatusCode.OK, [("If-Match", "*")]),
            (HttpStatusCode.PreconditionFailed, [("If-Match", "\"other\"")]),
            (HttpStatusCode.PreconditionFailed, [("If-Match", $"W/{etag}")]),
            (HttpStatusCode.OK, [("If-Unmodified-Since", modified)]),
            (HttpStatusCode.PreconditionFailed, [("If-Unmodified-Since", earlier)]),
            (HttpStatusCode.OK, [("If-Match", etag), ("If-Unmodified-Since", earlier)]),
            (HttpStatusCode.NotModified, [("If-None-Match", etag)]),
            (HttpStatusCode.NotModified, [("If-None-Match", $"\"other\", W/{etag}")]),
            (HttpStatusCode.NotModified, [("If-None-Match", "*")]),
            (HttpStatusCode.OK, [("If-None-Match", "\"other\""), ("If-Modified-Since", modified)]),
            (HttpStatusCode.NotModified, [("If-Modified-Since", modified)]),
            (HttpStatusCode.OK, [("If-Modified-Since", earlier)]),
            (HttpStatusCode.PartialContent, [("Range", "bytes=0-9"), ("If-Range", etag)]),
            (HttpStatusCode.PartialContent, [("Range", "bytes=0-9"), ("If-Range", modified)]),
            (HttpStatusCode.OK, [("Range", "bytes=0-9"), ("If-Range", earlier)]),
            (HttpStatusCode.OK, [("Range", "bytes=0-9"), ("If-Range", $"W/{etag}")]),
            (HttpStatusCode.OK, [("Range", "items=0-9")]),
            (HttpStatusCode.OK, [("Range", "bytes=9-0")]),
            (HttpStatusCode.RequestedRangeNotSatisfiable, [("Range", $"bytes={clip.Length}-")]),
            (HttpStatusCode.RequestedRangeNotSatisfiable, [("Range", "bytes=" + string.Join(',', Enumerable.Range(0, 17).Select(i => $"{i * 10}-{i * 10}")))]),
        ];
        foreach ((HttpStatusCode expected, (string, string)[] headers) in cases)
        {
            using HttpResponseMessage response = await SendAsync(url, headers);
            Assert.True(expected == response.StatusCode, $"{string.Join(", ", headers)}: {response.StatusCode}");
            Assert.True(expected is not HttpStatusCode.RequestedRangeNotSatisfiable || response.Content.Headers.ContentRange!.ToString() == $"bytes */{clip.Length}");
        }

        using HttpResponseMessage head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url) { Headers = { Range = new RangeHeaderValue(5, 104) } });
        Assert.Equal((HttpStatusCode.OK, clip.Length), (head.StatusCode, (int)head.Content.Headers.ContentLength!.Value));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());

        using HttpResponseMessage joined = await SendAsync(url, ("Range", "bytes=100-199,150-249"));
        Assert.Equal(clip[100..250], await joined.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage several = await SendAsync(url, ("Range", "bytes=0-9, -5 ,70000-140000"));
        Assert.Equal(HttpStatusCode.PartialContent, several.StatusCode);
        List<(int From, byte[] Bytes)> parts = Parts(several, await several.Content.ReadAsByteArrayAsync(), clip.Length);
        Assert.Equal([0, clip.Length - 5, 70_000], parts.Select(p => p.From));
        Assert.All(parts, p => Assert.Equal(clip[p.From..(p.From + p.Bytes.Length)], p.Bytes));
        Assert.Equal([10, 5, 70_001], parts.Select(p => p.Bytes.Length));
    }

    [Fact(Timeout = 120_000)]
    public async Task what_is_not_there_says_where_it_stands()
    {
        using HttpResponseMessage missing = await SendAsync($"/api/v1/events/{Guid.NewGuid()}/clip");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("unknown", (await JsonAsync(missing)).GetProperty("archive_status").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task a_link_opens_one_object_for_one_viewer_until_it_is_revoked_and_all_of_it_is_in_the_log()
    {
        (Guid id, byte[] clip) = await UploadAsync(100_000);
        using HttpResponseMessage made = await _http.PostAsJsonAsync($"/api/v1/events/{id}/links", new { name = "clip.mp4", viewer = "anna@example.org", expires_in = 600 });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        JsonElement link = await JsonAsync(made);
        string url = link.GetProperty("url").GetString()!;
        string token = url.Split("token=")[1];

        using var viewer = new HttpClient { BaseAddress = _http.BaseAddress };
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await viewer.GetAsync(url);
            Assert.Equal(clip, await response.Content.ReadAsByteArrayAsync());
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync($"/api/v1/events/{Guid.NewGuid()}/clip?token={token}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await viewer.GetAsync(url[..^1] + (url[^1] == 'A' ? 'Q' : 'A'))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await viewer.GetAsync($"/api/v1/events/{id}?token={token}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await viewer.PostAsJsonAsync($"/api/v1/events/{id}/links?token={token}", new { name = "clip.mp4", viewer = "x", expires_in = 60 })).StatusCode);
        using HttpResponseMessage bad = await _http.PostAsJsonAsync($"/api/v1/events/{id}/links", new { name = "clip.mp4", viewer = "x", expires_in = 0 });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync($"/api/v1/links/{link.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(url)).StatusCode);

        // Beside the running node, and once the clip is archived.
        string export = _node.File("evidence.tar");
        await Eventually.IsTrueAsync(async () => (await RunAsync("evidence", "export", "--event", $"{id}", "--out", export, "--data", _node.Node.Folder)).ExitCode == 0, "the export");
        (int shown, string keys) = await RunAsync("evidence", "keys", "--data", _node.Node.Folder);
        Assert.True(shown == 0, keys);
        await File.WriteAllTextAsync(_node.File("key.pem"), keys[keys.IndexOf("-----BEGIN", StringComparison.Ordinal)..]);
        (int verified, string report) = await RunAsync("evidence", "verify", export, "--key", _node.File("key.pem"));
        Assert.True(verified == 0, report);
        Assert.Contains("Object      clip.mp4", report, StringComparison.Ordinal);
        Assert.Contains("anna@example.org", report, StringComparison.Ordinal);

        // Once a viewer, link and minute, of which this test may have seen two.
        Assert.InRange(report.Split('\n').Count(l => l.Contains("access", StringComparison.Ordinal)), 1, 2);
        Assert.DoesNotContain(token.Split('.')[2], report, StringComparison.Ordinal);

        byte[] changed = await File.ReadAllBytesAsync(export);
        changed[changed.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_node.File("changed.tar"), changed);
        (int refused, string problem) = await RunAsync("evidence", "verify", _node.File("changed.tar"));
        Assert.Equal(1, refused);
        Assert.Contains("objects/clip.mp4: its SHA-256 is", problem, StringComparison.Ordinal);

        foreach (string file in Directory.GetFiles(_node.Node.Folder, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 0))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            Assert.DoesNotContain(token.Split('.')[2], await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task a_reader_that_stalls_or_leaves_frees_what_was_held_for_it()
    {
        (Guid id, _) = await UploadAsync(48 << 20);
        int process = (await JsonAsync(await File.ReadAllTextAsync(Path.Combine(_node.Node.Folder, "node.json")))).GetProperty("process_id").GetInt32();
        byte[] request = Encoding.ASCII.GetBytes($"GET /api/v1/events/{id}/clip HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {_node.Node.Token}\r\n\r\n");
        var address = new Uri(_node.Node.Address);
        foreach (bool leaves in new[] { true, false })
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
            await socket.ConnectAsync(address.Host, address.Port);
            await socket.SendAsync(request);
            await Eventually.IsTrueAsync(() => Task.FromResult(OpenFiles(process, id) > 0), "the clip is open");
            if (leaves)
            {
                socket.Close();
            }

            // A reader that stalls is given fifteen seconds.
            await Eventually.IsTrueAsync(() => Task.FromResult(OpenFiles(process, id) == 0), leaves ? "freed after it left" : "freed after it stalled", TimeSpan.FromSeconds(60));
        }
    }

    private static int OpenFiles(int process, Guid id)
    {
        int open = 0;
        foreach (string link in Directory.GetFiles($"/proc/{process}/fd"))
        {
            try
            {
                string target = new FileInfo(link).LinkTarget ?? "";
                open += target.Contains($"{id:D}/", StringComparison.Ordinal) || target.Contains($"{id:N}-", StringComparison.Ordinal) ? 1 : 0;
            }
            catch (IOException)
            {
                // Closed while it was looked at.
            }
        }

        return open;
    }

    private static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => ChildProcess.RunAsync(Programs.Host, arguments, CancellationToken.None);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) => await JsonAsync(await response.Content.ReadAsStringAsync());

    private static Task<JsonElement> JsonAsync(string text) => Task.FromResult(JsonDocument.Parse(text).RootElement);

    /// <summary>A strict reader of multipart/byteranges.</summary>
    private static List<(int, byte[])> Parts(HttpResponseMessage response, byte[] body, int size)
    {
        Assert.Equal("multipart/byteranges", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        string boundary = response.Content.Headers.ContentType.Parameters.Single(p => p.Name == "boundary").Value!;
        string text = Encoding.Latin1.GetString(body);
        Assert.EndsWith($"\r\n--{boundary}--\r\n", text, StringComparison.Ordinal);
        var parts = new List<(int, byte[])>();
        foreach (string part in text.Split($"\r\n--{boundary}")[1..^1])
        {
            string[] halves = part.Split("\r\n\r\n", 2);
            ContentRangeHeaderValue range = ContentRangeHeaderValue.Parse(halves[0].Split("Content-Range: ")[1]);
            Assert.Equal(size, range.Length);
            Assert.Equal(range.To - range.From + 1, halves[1].Length);
            parts.Add(((int)range.From!.Value, Encoding.Latin1.GetBytes(halves[1])));
        }

        return parts;
    }

    private async Task<(Guid Id, byte[] Clip)> UploadAsync(int size)
    {
        using EdgeClient client = await _node.ConnectAsync();
        Guid id = Guid.NewGuid();
        byte[] clip = await new Sealer(_node.Customer.PublicKey).SealAsync(new byte[size], "video/mp4");
        await client.SendEventsAsync([new Event { Id = id.ToString(), CameraId = "yard", EventType = "motion", Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) }], CancellationToken.None);
        await client.UploadClipAsync(id, new MemoryStream(clip), 1, null, CancellationToken.None);
        return (id, clip);
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
