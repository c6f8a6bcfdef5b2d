using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.SceneSets;
using Guardian.Testing;

namespace Guardian.EndToEnd;

/// <summary><c>guardian train</c> and <c>guardian score</c> as a user runs them: folders of pictures, no node.</summary>
public sealed class TrainAndScoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private string Dataset => _folder.File("yard");

    private string Model => _folder.File("model");

    public Task InitializeAsync()
    {
        SceneSet set = Scenes.Yard(seed: 5, size: 40);
        Write("normal", set.Training.Index().Select(f => ($"{f.Index:000}.jpg", f.Item)));
        Write("abnormal", set.Judging.Where(f => f.Kind is AnomalyKind.Covered or AnomalyKind.Person).Take(8).Index().Select(f => ($"{f.Index:000}.jpg", f.Item.Jpeg)));
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact(Timeout = 240_000)]
    public async Task a_folder_becomes_a_model_and_the_model_finds_what_is_odd()
    {
        string figures = await TrainAsync("--int8");
        foreach (string expected in new[] { "epoch 1 of 2", "pictures          32 fitted, 8 held out", "threshold 1.00", "SHA-256", "in 8 bits", "abnormal          8 of 8 pictures are anomalous" })
        {
            Assert.Contains(expected, figures, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(_folder.File("yard/abnormal/torn.jpg"), "not a picture");
        string maps = _folder.File("maps");
        (int code, string output) = await ChildProcess.RunAsync(
            Programs.Host, ["score", "--model", Model, "--heatmaps", maps, Path.Combine(Dataset, "abnormal"), Path.Combine(Dataset, "normal", "003.jpg")], CancellationToken.None);
        Assert.Equal(1, code);
        JsonElement[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(10, lines.Length);
        Assert.All(lines[..8], l =>
        {
            Assert.True(l.GetProperty("anomalous").GetBoolean());
            Assert.True(l.GetProperty("score").GetDouble() > l.GetProperty("threshold").GetDouble());
            Assert.All(l.GetProperty("regions").EnumerateArray(), r =>
            {
                Assert.InRange(r.GetProperty("x").GetInt32() + r.GetProperty("width").GetInt32(), 1, 640);
                Assert.InRange(r.GetProperty("y").GetInt32() + r.GetProperty("height").GetInt32(), 1, 480);
                Assert.True(r.GetProperty("score").GetDouble() > 0);
            });
        });
        Assert.Contains(lines[..8], l => l.GetProperty("regions").GetArrayLength() > 0);
        Assert.EndsWith("torn.jpg", lines[8].GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(lines[8].GetProperty("error").GetString()!);
        Assert.False(lines[9].GetProperty("anomalous").GetBoolean());

        // Two pictures are called 003.jpg.
        Assert.Equal(9, Directory.GetFiles(maps, "*.heatmap.jpg").Length);
        Assert.True(File.Exists(Path.Combine(maps, "003-2.heatmap.jpg")));
    }

    [Fact(Timeout = 240_000)]
    public async Task a_training_goes_on_from_an_earlier_models_folder()
    {
        await TrainAsync();
        (int code, string output) = await ChildProcess.RunAsync(
            Programs.Host, ["train", "--dataset", Dataset, "--out", _folder.File("next"), "--previous", Model, "--input", "96x96", "--blocks", "3", "--latent", "16", "--epochs", "1"], CancellationToken.None);
        Assert.True(code == 0, output);
        (code, output) = await ChildProcess.RunAsync(Programs.Host, ["train", "--dataset", Dataset, "--out", _folder.File("other"), "--previous", Model, "--input", "96x96", "--blocks", "3", "--latent", "32", "--epochs", "1"], CancellationToken.None);
        Assert.Equal(1, code);
        Assert.Contains("input size, latent size and blocks must be the same", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("other")));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("is not there", "train", "--dataset", "nowhere", "--out", "model")]
    [InlineData("320x240", "train", "--dataset", "yard", "--out", "model", "--input", "big")]
    [InlineData("TrainingOptions.InputWidth is 100", "train", "--dataset", "yard", "--out", "model", "--input", "100x96")]
    [InlineData("metadata.json is not there", "score", "--model", "yard", "yard/normal/000.jpg")]
    public async Task what_cannot_be_done_is_said_in_one_line(string expected, params string[] arguments)
    {
        string[] placed = [.. arguments.Select(a => a is "nowhere" or "yard" or "model" or "yard/normal/000.jpg" ? _folder.File(a) : a)];
        (int code, string output) = await ChildProcess.RunAsync(Programs.Host, placed, CancellationToken.None);
        Assert.Equal(1, code);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        string line = Assert.Single(output.Split('\n'), l => l.StartsWith("guardian: ", StringComparison.Ordinal));
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    private async Task<string> TrainAsync(params string[] more)
    {
        (int code, string output) = await ChildProcess.RunAsync(
            Programs.Host, ["train", "--dataset", Dataset, "--out", Model, "--input", "96x96", "--blocks", "3", "--latent", "16", "--epochs", "2", .. more], CancellationToken.None);
        Assert.True(code == 0, output);
        return output;
    }

    private void Write(string label, IEnumerable<(string Name, byte[] Jpeg)> files)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Dataset, label)).FullName;
        foreach ((string name, byte[] jpeg) in files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), jpeg);
        }
    }
}
