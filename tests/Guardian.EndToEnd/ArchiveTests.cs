using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Guardian.EndToEnd.Support;
using Guardian.Grpc;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>The archive of a real node: quotas, holds, erasure, and a node whose archive is S3 and whose index is PostgreSQL.</summary>
public sealed class ArchiveTests(RadosGateway s3, PostgresServer postgres) : IClassFixture<RadosGateway>, IClassFixture<PostgresServer>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact(Timeout = 120_000)]
    public async Task an_edge_over_quota_is_told_which_camera_how_much_and_how_much_is_allowed()
    {
        await using RunningNode node = await RunningNode.StartAsync(settings: """{"Storage":{"MaxCameraBytes":200000,"Cameras":{"gate":{"MaxBytes":5000}}}}""");
        using EdgeClient client = await node.ConnectAsync();
        await UploadAsync(node, client, "front-door", 100_000);
        RpcException full = await Assert.ThrowsAsync<RpcException>(() => UploadAsync(node, client, "front-door", 150_000));
        Assert.Equal(StatusCode.ResourceExhausted, full.StatusCode);
        Assert.Matches(@"camera front-door uses 1\d{5} of 200000 bytes", full.Detail);
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => UploadAsync(node, client, "gate", 10_000))).StatusCode);

        JsonElement usage = await node.Api.GetAsync("archive/usage", None);
        JsonElement door = usage.EnumerateArray().Single(u => u.GetProperty("camera_id").GetString() == "front-door");
        Assert.Equal(200_000, door.GetProperty("limit").GetInt64());
        Assert.Matches(@"front-door  1\d{5} of 200000 bytes in \d objects", await node.Operator.RunAsync("archive", "usage"));
    }

    [Fact(Timeout = 120_000)]
    public async Task what_is_held_stays_and_what_is_erased_is_gone_from_every_place()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using EdgeClient client = await node.ConnectAsync();
        (Guid held, _) = await UploadAsync(node, client, "front-door", 50_000);
        (Guid erased, byte[] clip) = await UploadAsync(node, client, "front-door", 50_000);
        await ArchivedAsync(node, held);
        await ArchivedAsync(node, erased);

        await node.Operator.RunAsync("archive", "hold", "--event", held.ToString(), "--reason", "case 7");
        Assert.Contains("case 7", await node.Operator.RunAsync("archive", "holds"), StringComparison.Ordinal);
        (int code, string refused) = await node.Operator.TryAsync("archive", "erase", "--event", held.ToString(), "--reason", "asked");
        Assert.Equal(1, code);
        Assert.Contains("legal hold", refused, StringComparison.Ordinal);

        using HttpClient http = node.OpenHttp();
        Assert.Equal(HttpStatusCode.Conflict, (await http.PostAsJsonAsync("/api/v1/archive/erase", new { event_id = held, reason = "asked" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsJsonAsync("/api/v1/archive/erase", new { reason = "asked" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsJsonAsync("/api/v1/archive/erase", new { event_id = erased })).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsJsonAsync("/api/v1/archive/erase", new { event_id = erased, reason = "asked" })).StatusCode);

        await Eventually.IsTrueAsync(async () => (await Objects(node, $"event={erased}")).GetArrayLength() == 0, "the erased event's objects are gone");
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/api/v1/events/{erased}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/api/v1/events/{erased}/clip")).StatusCode);
        Assert.DoesNotContain(Directory.GetDirectories(Path.Combine(node.Node.Folder, "archive"), "*", SearchOption.AllDirectories), d => d.Contains(erased.ToString(), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"/api/v1/events/{held}/clip")).StatusCode);

        // The edge sends it once more: the node neither takes it nor has the edge try for ever.
        await client.SendEventsAsync([NewEvent(erased, "front-door")], None);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => client.UploadClipAsync(erased, new MemoryStream(clip), 1, null, None))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/api/v1/events/{erased}")).StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task the_metadata_in_the_archive_is_as_its_format_says()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using EdgeClient client = await node.ConnectAsync();
        (Guid id, _) = await UploadAsync(node, client, "front-door", 10_000);
        await ArchivedAsync(node, id);
        using HttpClient http = node.OpenHttp();
        using var plain = new MemoryStream();
        SealedHeader header = await Unsealer.UnsealAsync(await http.GetStreamAsync($"/api/v1/events/{id}/metadata"), node.Customer, plain);
        Assert.Equal("application/json", header.ContentType);
        JsonElement written = JsonDocument.Parse(plain.ToArray()).RootElement;

        // The three tables of the format, in their order, name exactly the members that are there.
        string[] tables = (await File.ReadAllTextAsync(Repository.PathTo("docs", "formats", "event-metadata.md"))).Split("|---|---|---|\n")[1..];
        Assert.Equal(Documented(tables[0]), Members(written));
        Assert.Equal(Documented(tables[1]), Members(written.GetProperty("event")));
        Assert.Equal(Documented(tables[2]), Members(written.GetProperty("event").GetProperty("verdict")));
        Assert.Equal("guardian.event.v1", written.GetProperty("schema").GetString());
        Assert.Equal("analysed", written.GetProperty("event").GetProperty("stage").GetString());

        static SortedSet<string> Members(JsonElement of) => [.. of.EnumerateObject().Select(m => m.Name)];
        static SortedSet<string> Documented(string table) =>
            [.. table.Split('\n').TakeWhile(l => l.StartsWith('|')).SelectMany(l => Regex.Matches(l.Split('|')[1], "`([a-z_]+)`")).Select(m => m.Groups[1].Value)];
    }

    [Fact(Timeout = 120_000)]
    public async Task what_the_archive_has_lost_is_said_to_be_and_a_car_file_is_an_access()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using EdgeClient client = await node.ConnectAsync();
        (Guid id, byte[] clip) = await UploadAsync(node, client, "front-door", 10_000);
        await ArchivedAsync(node, id);
        using HttpClient http = node.OpenHttp();
        byte[] car = await http.GetByteArrayAsync($"/api/v1/events/{id}/archive.car");
        Assert.True(car.AsSpan().IndexOf(clip) > 0);
        await Eventually.IsTrueAsync(async () => await CountAsync(http, "access") == 2, "clip and metadata were read, and the log says so");

        File.Delete(Directory.GetFiles(Path.Combine(node.Node.Folder, "archive"), "clip.mp4", SearchOption.AllDirectories).Single(f => !f.Contains("/.sha256/", StringComparison.Ordinal)));
        await http.PostAsJsonAsync("/api/v1/archive/reconcile", new { repair = true });
        HttpResponseMessage lost = await http.GetAsync($"/api/v1/events/{id}/clip");
        Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
        Assert.Equal("failed", (await lost.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("archive_status").GetString());
        Assert.Equal(2, await CountAsync(http, "access"));
    }

    [RequiresFact("radosgw", "/usr/lib/postgresql", Timeout = 480_000)]
    public async Task a_node_on_s3_and_postgresql_archives_and_is_killed_and_goes_on()
    {
        string settings = JsonSerializer.Serialize(new
        {
            Storage = new
            {
                PostgresConnection = await postgres.CreateDatabaseAsync(),
                S3 = new { Endpoint = s3.TlsEndpoint, s3.CaFile, s3.CredentialsFile },
            },
        });
        await using RunningNode node = await RunningNode.StartAsync(settings: settings);
        using EdgeClient client = await node.ConnectAsync();
        (Guid first, byte[] clip) = await UploadAsync(node, client, "front-door", 20_000_000);
        await node.Node.KillAsync();
        await node.Node.StartAsync(None);
        (Guid second, byte[] small) = await UploadAsync(node, client, "front-door", 10_000);
        await ArchivedAsync(node, first);
        await ArchivedAsync(node, second);

        using HttpClient http = node.OpenHttp();
        Assert.Equal(clip, await http.GetByteArrayAsync($"/api/v1/events/{first}/clip"));
        Assert.Equal(small, await http.GetByteArrayAsync($"/api/v1/events/{second}/clip"));
        using var range = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/{first}/clip") { Headers = { Range = new RangeHeaderValue(17_000_000, 17_000_099) } };
        Assert.Equal(clip[17_000_000..17_000_100], await (await http.SendAsync(range)).Content.ReadAsByteArrayAsync());
        Assert.False(Directory.Exists(Path.Combine(node.Node.Folder, "archive")));
        Assert.Empty(Directory.GetFiles(Path.Combine(node.Node.Folder, "storage", "spool")));
        JsonElement report = await (await http.PostAsJsonAsync("/api/v1/archive/reconcile", new { repair = true })).Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(report.GetProperty("is_clean").GetBoolean(), report.ToString());
        Assert.True(report.GetProperty("objects").GetInt64() >= 4);
    }

    /// <summary>Entries of a kind in the evidence log.</summary>
    private static async Task<int> CountAsync(HttpClient http, string kind)
    {
        int count = 0;
        for (int i = 0; await http.GetAsync($"/api/v1/evidence/entries/{i}") is { IsSuccessStatusCode: true } entry; i++)
        {
            count += (await entry.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("kind").GetString() == kind ? 1 : 0;
        }

        return count;
    }

    private static async Task<JsonElement> Objects(RunningNode node, string query) => (await node.Api.GetAsync($"archive/objects?{query}", None)).GetProperty("objects");

    /// <summary>Clip and metadata: both are there when the event has been through everything.</summary>
    private static async Task ArchivedAsync(RunningNode node, Guid id)
    {
        try
        {
            await Eventually.IsTrueAsync(
                async () => (await Objects(node, $"event={id}")).EnumerateArray().Count(o => o.GetProperty("status").GetString() == "completed") == 2,
                $"{id} is archived",
                // What a killed node had leased for analysis is due again after two minutes, and its metadata after that.
                TimeSpan.FromSeconds(180));
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}; the node said:\n{node.Node.Log}\n{await Objects(node, $"event={id}")}");
        }
    }

    private static async Task<(Guid Id, byte[] Clip)> UploadAsync(RunningNode node, EdgeClient client, string camera, int bytes)
    {
        Guid id = Guid.NewGuid();
        byte[] plaintext = new byte[bytes];
        new Random(bytes).NextBytes(plaintext);
        byte[] clip = await new Sealer(node.Customer.PublicKey).SealAsync(plaintext, "video/mp4", None);
        await Eventually.IsTrueAsync(() => SendAsync(client, id, camera), "the event is taken");
        await client.UploadClipAsync(id, new MemoryStream(clip), 20, null, None);
        return (id, clip);
    }

    /// <summary>False when the node is not reached yet: it was killed a moment ago.</summary>
    private static async Task<bool> SendAsync(EdgeClient client, Guid id, string camera)
    {
        try
        {
            await client.SendEventsAsync([NewEvent(id, camera)], None);
            return true;
        }
        catch (RpcException e) when (e.IsTransient)
        {
            return false;
        }
    }

    private static Event NewEvent(Guid id, string camera) => new()
    {
        Id = id.ToString(),
        CameraId = camera,
        EventType = "anomaly",
        Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()),
        Confidence = 0.5,
    };
}
