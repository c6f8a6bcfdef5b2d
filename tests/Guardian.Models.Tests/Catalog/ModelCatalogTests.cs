using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Catalog;

public sealed class ModelCatalogTests
{
    [Fact(Timeout = 60_000)]
    public async Task a_registered_model_survives_a_restart_and_reads_back_unchanged()
    {
        await using var store = new Store();
        TrainedModel trained = Sample.Model();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(trained, "front door", default);
        await store.RestartAsync();
        CatalogModel? found = await store.Models.Catalog.GetAsync(model.ModelId, default);
        Assert.Equal(model, found);
        Assert.Equal((ModelStatus.Ready, ModelVersion.First, "front door"), (found!.Status, found.Version, found.Metadata.Name));
        Assert.Equal(trained.Onnx.ToArray(), await ReadAll(store, model.ModelId));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(trained.Onnx.Span)), found.Sha256);
    }

    [Fact(Timeout = 60_000)]
    public async Task versions_count_up_per_camera_and_sort_as_numbers()
    {
        await using var store = new Store();
        for (int i = 0; i < 11; i++)
        {
            await store.Models.Catalog.RegisterAsync(Sample.Model(seed: i), null, default);
        }

        CatalogModel other = await store.Models.Catalog.RegisterAsync(Sample.Model("cam-2"), null, default);
        Assert.Equal("1.0.0", other.Version.ToString());
        IReadOnlyList<CatalogModel> list = await store.Models.Catalog.ListAsync("cam-1", default);
        Assert.Equal(["1.10.0", "1.9.0", "1.8.0"], list.Take(3).Select(m => m.Version.ToString()));
        Assert.Equal(12, (await store.Models.Catalog.ListAsync(null, default)).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task models_registered_at_once_get_different_versions()
    {
        await using var store = new Store();
        CatalogModel[] models = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => store.Models.Catalog.RegisterAsync(Sample.Model(seed: i), null, default)));
        Assert.Equal(8, models.Select(m => m.Version).Distinct().Count());
    }

    [Fact(Timeout = 60_000)]
    public async Task a_flipped_byte_on_the_disk_is_detected()
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(), null, default);
        string file = Path.Combine(store.Folder, "models", model.ModelId, "model.onnx");
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[5000] ^= 0x10;
        await File.WriteAllBytesAsync(file, bytes);
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => store.Models.Catalog.OpenAsync(model.ModelId, default));
        Assert.Contains(model.Sha256, e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        File.Delete(file);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Catalog.OpenAsync(model.ModelId, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task metadata_beside_the_model_names_what_an_edge_needs()
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(), null, default);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(store.Folder, "models", model.ModelId, "metadata.json")));
        JsonElement root = json.RootElement;
        Assert.Equal(model.ModelId, root.GetProperty("model_id").GetString());
        Assert.Equal("1.0.0", root.GetProperty("version").GetString());
        Assert.Equal("cam-1", root.GetProperty("camera_id").GetString());
        Assert.Equal("autoencoder", root.GetProperty("model_type").GetString());
        Assert.Equal(224, root.GetProperty("input_width").GetInt32());
        Assert.Equal(128, root.GetProperty("latent_size").GetInt32());
        Assert.Equal(5.5, root.GetProperty("threshold").GetDouble());
        Assert.Equal(120, root.GetProperty("training_image_count").GetInt32());
        Assert.Equal(model.Sha256, root.GetProperty("onnx_sha256").GetString());
        Assert.Equal(10_000, root.GetProperty("onnx_size").GetInt64());
        Assert.Equal(18, root.GetProperty("opset").GetInt32());
        Assert.Equal(1, root.GetProperty("hyperparameters").GetProperty("seed").GetInt32());
        Assert.Equal(38, root.GetProperty("metrics").GetProperty("best_epoch").GetInt32());
    }

    [Fact(Timeout = 60_000)]
    public async Task a_camera_has_at_most_one_active_model()
    {
        await using var store = new Store();
        IModelCatalog catalog = store.Models.Catalog;
        CatalogModel first = await catalog.RegisterAsync(Sample.Model(seed: 1), null, default), second = await catalog.RegisterAsync(Sample.Model(seed: 2), null, default);
        Assert.Null(await catalog.ActiveForCameraAsync("cam-1", default));
        Assert.True(await catalog.SetStatusAsync(first.ModelId, ModelStatus.Active, default));
        Assert.True(await catalog.SetStatusAsync(second.ModelId, ModelStatus.Active, default));
        Assert.Equal(second.ModelId, (await catalog.ActiveForCameraAsync("cam-1", default))!.ModelId);
        Assert.Equal(ModelStatus.Archived, (await catalog.GetAsync(first.ModelId, default))!.Status);
        Assert.False(await catalog.SetStatusAsync("nobody", ModelStatus.Active, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_folder_without_a_row_is_removed_at_the_next_start()
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(), null, default);
        string leftover = Path.Combine(store.Folder, "models", Guid.NewGuid().ToString());
        Directory.CreateDirectory(leftover);
        await File.WriteAllBytesAsync(Path.Combine(leftover, "model.onnx"), [1]);
        await store.RestartAsync();
        Assert.False(Directory.Exists(leftover));
        Assert.NotEmpty(await ReadAll(store, model.ModelId));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_empty_model_or_a_bad_name_is_refused()
    {
        await using var store = new Store();
        IModelCatalog catalog = store.Models.Catalog;
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Sample.Model(bytes: 0), null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Sample.Model(), new string('n', 201), default));
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Sample.Model("../x"), null, default));
    }

    [Theory]
    [InlineData("1.2.3", 1, 2, 3)]
    [InlineData("10.0.99", 10, 0, 99)]
    public void a_version_reads_back_as_it_is_written(string text, int major, int minor, int patch)
    {
        ModelVersion version = ModelVersion.Parse(text);
        Assert.Equal(new ModelVersion(major, minor, patch), version);
        Assert.Equal(text, version.ToString());
        Assert.True(version.Next() > version);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.2.3.4")]
    [InlineData("1.-2.3")]
    [InlineData("1.2.x")]
    [InlineData(" 1.2.3")]
    [InlineData("1.2.1000000")]
    public void another_form_of_version_is_refused(string text) => Assert.Throws<FormatException>(() => ModelVersion.Parse(text));

    private static async Task<byte[]> ReadAll(Store store, string modelId)
    {
        await using Stream stream = await store.Models.Catalog.OpenAsync(modelId, default);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
