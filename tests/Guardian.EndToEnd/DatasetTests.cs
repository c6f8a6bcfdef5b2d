using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Shared.Imaging;
using Guardian.Testing;

namespace Guardian.EndToEnd;

/// <summary>Datasets and trainings as an operator handles them: over REST and with commands beside the running node.</summary>
public sealed class DatasetTests : IAsyncLifetime
{
    private const int Pictures = 60;

    private RunningNode _node = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _node = await RunningNode.StartAsync(settings: """{"Models":{"KeptVersions":3,"Import":{"MaxZipBytes":4194304,"MaxEntries":200}}}""");
        _http = new HttpClient { BaseAddress = new Uri(_node.Node.Address + "/api/v1/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _node.Node.Token);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task a_dataset_goes_in_as_a_zip_and_comes_out_as_one_with_the_same_hash()
    {
        JsonElement report = await ImportAsync(Zip(1, Pictures), "camera=yard");
        Assert.Equal((Pictures, 1), (report.GetProperty("accepted").GetInt32(), report.GetProperty("refused").GetInt32()));
        JsonElement refused = report.GetProperty("entries").EnumerateArray().Single(e => e.GetProperty("outcome").GetString() == "not_jpeg");
        Assert.Equal("normal/readme.txt", refused.GetProperty("name").GetString());

        JsonElement coverage = await GetAsync("datasets/yard/coverage?zone=Etc/UTC");
        Assert.Equal(Pictures, coverage.GetProperty("labels").GetProperty("normal").GetInt32());
        Assert.Equal(Pictures, coverage.GetProperty("hours")[12].GetInt32());
        Assert.Contains("between 13:00 and 12:00", coverage.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);

        using HttpResponseMessage made = await _http.PostAsync("datasets/yard/versions", null);
        JsonElement version = await made.Content.ReadFromJsonAsync<JsonElement>();
        byte[] exported = await _http.GetByteArrayAsync("datasets/yard/export?version=1");
        string file = _node.File("yard.zip");
        await File.WriteAllBytesAsync(file, exported);
        await using (RunningNode other = await RunningNode.StartAsync())
        {
            Assert.Contains($"yard: {Pictures} accepted", await other.Operator.RunAsync("dataset", "import", file), StringComparison.Ordinal);
            string again = other.File("again.zip");
            Assert.Contains(version.GetProperty("hash").GetString()!, await other.Operator.RunAsync("dataset", "export", "yard", "--out", again), StringComparison.Ordinal);
            Assert.Contains($"{Pictures} normal", await other.Operator.RunAsync("dataset", "list"), StringComparison.Ordinal);
            Assert.Contains("Training is worthwhile.", await other.Operator.RunAsync("dataset", "coverage", "yard"), StringComparison.Ordinal);
        }

        long cursor = version.GetProperty("cursor").GetInt64();
        await ImportAsync(Zip(Pictures + 1, 2), "camera=yard");
        using var delta = new ZipArchive(new MemoryStream(await _http.GetByteArrayAsync($"datasets/yard/export?after={cursor}")));
        Assert.Equal(3, delta.Entries.Count);
        JsonElement dataset = (await GetAsync("datasets"))[0];
        Assert.Equal((Pictures + 2, 1), (dataset.GetProperty("images").GetInt32(), dataset.GetProperty("newest").GetProperty("number").GetInt32()));
    }

    [Fact(Timeout = 180_000)]
    public async Task what_cannot_be_imported_is_a_problem_that_says_why()
    {
        await AssertProblemAsync(await PostAsync([1, 2, 3], "camera=yard"), HttpStatusCode.BadRequest, "not a ZIP file");
        await AssertProblemAsync(await PostAsync(Zip(1, 1), ""), HttpStatusCode.BadRequest, "which camera");
        await AssertProblemAsync(await PostAsync(Zip(1, 1), "camera=../x"), HttpStatusCode.BadRequest, "camera id");
        await AssertProblemAsync(await PostAsync(new byte[(4 << 20) + 1], "camera=yard"), HttpStatusCode.BadRequest, "MaxZipBytes");
        await AssertProblemAsync(await _http.GetAsync("datasets/yard/export?version=7"), HttpStatusCode.NotFound, "no dataset version 7");
        await AssertProblemAsync(await _http.GetAsync("datasets/yard/coverage?zone=Nowhere"), HttpStatusCode.BadRequest, "zone");
        await AssertProblemAsync(await _http.PostAsync("datasets/yard/versions", null), HttpStatusCode.NotFound, "no pictures");
        await AssertProblemAsync(await _http.PostAsJsonAsync("training", new { camera_id = "yard" }), HttpStatusCode.Conflict, "at least 20 are needed");
        await AssertProblemAsync(await _http.PostAsJsonAsync("training", new { camera_id = "yard", priority = 101 }), HttpStatusCode.Conflict, "at least 20 are needed");
        await AssertProblemAsync(await _http.PostAsJsonAsync("training", new { camera_id = "a/b" }), HttpStatusCode.BadRequest, "camera id");
        await AssertProblemAsync(await _http.GetAsync("training?limit=0"), HttpStatusCode.BadRequest, "limit");
        await AssertProblemAsync(await _http.GetAsync("training/none"), HttpStatusCode.NotFound, "no such job");
        await AssertProblemAsync(await _http.PostAsync("training/none/cancel", null), HttpStatusCode.NotFound, "no such job");
        (int code, string output) = await _node.Operator.TryAsync("dataset", "import", _node.File("missing.zip"), "--camera", "yard");
        Assert.Equal(1, code);
        Assert.Contains("missing.zip", output, StringComparison.Ordinal);

        // The room for datasets is theirs alone.
        using HttpResponseMessage large = await _http.PostAsync("training", new ByteArrayContent(new byte[100 << 10]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact(Timeout = 240_000)]
    public async Task a_training_is_ordered_watched_cancelled_and_ordered_again_until_there_is_a_model()
    {
        await ImportAsync(Zip(1, Pictures), "camera=yard");
        using HttpResponseMessage ordered = await _http.PostAsJsonAsync("training", new { camera_id = "yard", priority = 5 });
        Assert.Equal(HttpStatusCode.Accepted, ordered.StatusCode);
        string id = (await ordered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
        await Eventually.IsTrueAsync(async () => State(await GetAsync($"training/{id}")) == "running", "it runs");
        Assert.Equal(HttpStatusCode.NoContent, (await _http.PostAsync($"training/{id}/cancel", null)).StatusCode);
        Assert.Contains("has ended", (await _node.Operator.TryAsync("training", "cancel", id)).Output, StringComparison.Ordinal);
        JsonElement cancelled = await GetAsync($"training/{id}");
        Assert.Equal(("cancelled", 5), (State(cancelled), cancelled.GetProperty("priority").GetInt32()));

        string second = (await _node.Operator.RunAsync("training", "start", "yard")).Split(' ')[0];
        Assert.NotEqual(id, second);
        await Eventually.IsTrueAsync(async () => State(await GetAsync($"training/{second}")) is "completed" or "failed", "it ends", TimeSpan.FromMinutes(3));
        JsonElement done = await GetAsync($"training/{second}");
        Assert.Equal(("completed", 1), (State(done), done.GetProperty("dataset_version").GetInt32()));
        Assert.True(done.GetProperty("learning_rate").GetDouble() > 0);
        Assert.Equal(2, (await GetAsync("training?limit=10")).GetArrayLength());
        Assert.Contains(done.GetProperty("model_id").GetString()!, await _node.Operator.RunAsync("training", "list"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(_node.Node.Folder, "models", "checkpoints")));

        // What the camera has learned is where the next training begins, and every model says where it comes from.
        string third = (await _node.Operator.RunAsync("training", "start", "yard")).Split(' ')[0];
        await Eventually.IsTrueAsync(async () => State(await GetAsync($"training/{third}")) is "completed" or "failed", "it ends as well", TimeSpan.FromMinutes(3));
        string hash = (await GetAsync("datasets"))[0].GetProperty("newest").GetProperty("hash").GetString()!;
        JsonElement first = await LineageAsync(done), next = await LineageAsync(await GetAsync($"training/{third}"));
        Assert.Equal((null, done.GetProperty("model_id").GetString()), (first.GetProperty("parent_model_id").GetString(), next.GetProperty("parent_model_id").GetString()));
        Assert.Equal($"1 {hash}", next.GetProperty("dataset_version").GetString());
    }

    private async Task<JsonElement> LineageAsync(JsonElement job) => (await GetAsync($"models/{job.GetProperty("model_id").GetString()}")).GetProperty("lineage");

    [Fact(Timeout = 180_000)]
    public async Task a_camera_whose_training_was_cancelled_is_trained_again_only_when_somebody_orders_it()
    {
        string[] edge = ["run", "--credentials", await _node.EnrolAsync("edge"), "--work", _node.File("work"), "--camera", "yard", "--snapshots", "20"];
        await using ChildProcess running = ChildProcess.Start(Programs.Edge, edge);
        await Eventually.IsTrueAsync(async () => (await GetAsync("training")).GetArrayLength() == 1, "enough snapshots order a training", TimeSpan.FromSeconds(60));
        JsonElement job = (await GetAsync("training"))[0];
        string id = job.GetProperty("job_id").GetString()!;
        Assert.Equal(HttpStatusCode.NoContent, (await _http.PostAsync($"training/{id}/cancel", null)).StatusCode);
        await ImportAsync(Zip(1, Pictures), "camera=yard");
        Assert.Equal("cancelled", State(Assert.Single((await GetAsync("training")).EnumerateArray())));
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsJsonAsync("training", new { camera_id = "yard" })).StatusCode);
        Assert.Equal(2, (await GetAsync("training")).GetArrayLength());
    }

    private static string State(JsonElement job) => job.GetProperty("state").GetString()!;

    private static byte[] Zip(int first, int count)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = first; i < first + count; i++)
            {
                Add(zip, $"normal/{i}.jpg", Jpeg(i));
            }

            if (count == Pictures)
            {
                Add(zip, "normal/readme.txt", [65]);
            }
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        ZipArchiveEntry entry = zip.CreateEntry(name);
        entry.LastWriteTime = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        using Stream stream = entry.Open();
        stream.Write(content);
    }

    private static byte[] Jpeg(int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[96 * 64 * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(60 + (i / 288 * 2) + random.Next(30));
        }

        return JpegEncoder.Encode(new RgbImage(96, 64, pixels), 90);
    }

    private async Task<JsonElement> ImportAsync(byte[] zip, string query)
    {
        using HttpResponseMessage response = await PostAsync(zip, query);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task<HttpResponseMessage> PostAsync(byte[] zip, string query) =>
        _http.PostAsync($"datasets/import?{query}", new ByteArrayContent(zip) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } });

    private async Task<JsonElement> GetAsync(string path) => await _http.GetFromJsonAsync<JsonElement>(path);

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string words)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {body}");
        Assert.Contains(words, body, StringComparison.Ordinal);
        response.Dispose();
    }
}
