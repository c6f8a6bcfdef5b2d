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
        Assert.Equal((ModelStatus.Ready, ModelVersion.First, "front door"), (found!.Status, found.Version, found.Name));
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
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => ReadAll(store, model.ModelId));
        Assert.Contains(model.ModelId, e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.Equal(ModelStatus.Failed, (await store.Models.Catalog.GetAsync(model.ModelId, default))!.Status);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Catalog.OpenAsync(model.ModelId, default));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(9_999)]
    public async Task a_missing_or_shorter_file_is_a_failed_model(int length)
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(), null, default);
        string file = Path.Combine(store.Folder, "models", model.ModelId, "model.onnx");
        if (length == 0)
        {
            File.Delete(file);
        }
        else
        {
            await using FileStream stream = File.OpenWrite(file);
            stream.SetLength(length);
        }

        await Assert.ThrowsAsync<ModelException>(() => store.Models.Catalog.OpenAsync(model.ModelId, default));
        Assert.Equal(ModelStatus.Failed, (await store.Models.Catalog.GetAsync(model.ModelId, default))!.Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task only_sound_chunks_are_handed_out_from_any_offset()
    {
        await using var store = new Store();
        TrainedModel trained = Sample.Model(bytes: 700_000);
        CatalogModel model = await store.Models.Catalog.RegisterAsync(trained, null, default);
        string file = Path.Combine(store.Folder, "models", model.ModelId, "model.onnx");
        await using (FileStream damage = File.OpenWrite(file))
        {
            damage.Position = 600_000;
            damage.WriteByte((byte)~trained.Onnx.Span[600_000]);
        }

        await using Stream stream = await store.Models.Catalog.OpenAsync(model.ModelId, default);
        byte[] sound = new byte[100_000];
        stream.Position = 200_000;
        await stream.ReadExactlyAsync(sound);
        Assert.Equal(trained.Onnx[200_000..300_000].ToArray(), sound);
        stream.Position = 524_288;
        await Assert.ThrowsAsync<ModelException>(() => stream.ReadExactlyAsync(sound).AsTask());
        Assert.Equal(3 * 32, (await HashesOf(trained)).Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_training_takes_its_version_before_it_ends_and_keeps_it_over_a_restart()
    {
        await using var store = new Store();
        CatalogModel begun = await store.Models.Catalog.BeginTrainingAsync("cam-1", new ModelLineage { DatasetVersion = "7" }, default);
        Assert.Equal((ModelStatus.Training, "1.0.0"), (begun.Status, begun.Version.ToString()));
        await store.RestartAsync();
        IModelCatalog catalog = store.Models.Catalog;
        Assert.Equal(begun.ModelId, (await catalog.BeginTrainingAsync("cam-1", new ModelLineage(), default)).ModelId);
        await Assert.ThrowsAsync<ModelException>(() => catalog.OpenAsync(begun.ModelId, default));
        await Assert.ThrowsAsync<ModelException>(() => catalog.SetStatusAsync(begun.ModelId, ModelStatus.Ready, default));
        CatalogModel ended = await catalog.RegisterAsync(Sample.Model() with { DatasetVersion = "7", ParentModelId = "before" }, null, default);
        Assert.Equal((begun.ModelId, ModelStatus.Ready, "1.0.0"), (ended.ModelId, ended.Status, ended.Version.ToString()));
        Assert.Equal(("7", "before"), (ended.Lineage.DatasetVersion, ended.Lineage.ParentModelId));
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Sample.Model() with { ParentModelId = new string('x', 201) }, null, default));
        Assert.Equal("1.1.0", (await catalog.BeginTrainingAsync("cam-1", new ModelLineage(), default)).Version.ToString());
        Assert.Equal(2, (await catalog.ListAsync("cam-1", default)).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_base_model_has_its_own_series_and_any_camera_may_use_it()
    {
        await using var store = new Store();
        IModelCatalog catalog = store.Models.Catalog;
        CatalogModel first = await catalog.RegisterAsync(Base() with { Version = ModelVersion.Parse("1.0.0-rc.1") }, new MemoryStream([1, 2, 3]), default);
        CatalogModel second = await catalog.RegisterAsync(Base(), new MemoryStream([4]), default);
        Assert.Equal(["1.0.0", "1.0.0-rc.1"], (await catalog.ListAsync(null, default)).Select(m => m.Version.ToString()));
        Assert.Equal((null, "lib", "{\"classes\":2}"), (first.CameraId, first.Lineage.Trainer, JsonDocument.Parse(first.MetadataJson).RootElement.GetProperty("description").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal)));
        Assert.Null(first.Metadata);
        ModelException taken = await Assert.ThrowsAsync<ModelException>(() => catalog.RegisterAsync(Base() with { Version = second.Version }, new MemoryStream([5]), default));
        Assert.Contains("version", taken.Message, StringComparison.Ordinal);
        await store.Models.Distributor.CreateAsync("cam-1", "edge-1", second.ModelId, default);
        await store.Models.Distributor.CreateAsync("cam-2", "edge-1", second.ModelId, default);
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Base() with { DescriptionJson = "[1]" }, new MemoryStream([5]), default));
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Base() with { ModelType = "Detector!" }, new MemoryStream([5]), default));
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.RegisterAsync(Base(), new MemoryStream(), default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_quota_that_is_met_is_named_and_nothing_half_written_stays()
    {
        await using var store = new Store(o => (o.MaxModelBytesPerCamera, o.MaxModelBytes) = (1 << 20, 3 << 19));
        IModelCatalog catalog = store.Models.Catalog;
        await catalog.RegisterAsync(Sample.Model(bytes: 700_000), null, default);
        ModelException perCamera = await Assert.ThrowsAsync<ModelException>(() => catalog.RegisterAsync(Sample.Model(bytes: 400_000), null, default));
        Assert.Contains("MaxModelBytesPerCamera", perCamera.Message, StringComparison.Ordinal);
        await catalog.RegisterAsync(Sample.Model("cam-2", bytes: 700_000), null, default);
        ModelException total = await Assert.ThrowsAsync<ModelException>(() => catalog.RegisterAsync(Sample.Model("cam-3", bytes: 400_000), null, default));
        Assert.Contains("MaxModelBytes:", total.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(store.Folder, "models")).Length);
        Assert.Empty(Directory.GetFiles(Path.Combine(store.Folder, "tmp")));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_clean_up_leaves_what_edges_use_what_may_come_back_and_what_is_pinned()
    {
        await using var store = new Store(o => o.KeepModelsPerCamera = 1);
        (IModelCatalog catalog, IModelDistributor distributor) = (store.Models.Catalog, store.Models.Distributor);
        var models = new List<CatalogModel>();
        for (int i = 0; i < 6; i++)
        {
            models.Add(await catalog.RegisterAsync(Sample.Model(seed: i), null, default));
        }

        foreach (CatalogModel model in models.Skip(2).Take(3))
        {
            ModelDeployment deployment = await distributor.CreateAsync("cam-1", "edge-1", model.ModelId, default);
            await distributor.ReportAsync(deployment.DeploymentId, "edge-1", new DeploymentReport { Success = true, Sha256 = model.Sha256 }, default);
        }

        foreach (CatalogModel model in models.Take(2))
        {
            await catalog.SetStatusAsync(model.ModelId, ModelStatus.Archived, default);
        }

        Assert.True(await catalog.SetPinnedAsync(models[1].ModelId, true, default));
        ModelCleanup cleanup = await catalog.CleanAsync(default);

        // 5 is the newest, 4 is in use, 3 was before it, 1 is pinned.
        Assert.Equal(new[] { models[0].ModelId, models[2].ModelId }.Order(), cleanup.ModelIds.Order());
        Assert.Equal(20_000, cleanup.FreedBytes);
        Assert.Equal(4, Directory.GetDirectories(Path.Combine(store.Folder, "models")).Length);
        Assert.Empty((await catalog.CleanAsync(default)).ModelIds);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_failed_model_stays_failed()
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(), null, default);
        await store.Models.Catalog.SetStatusAsync(model.ModelId, ModelStatus.Failed, default);
        foreach (ModelStatus status in Enum.GetValues<ModelStatus>().Where(s => s != ModelStatus.Failed))
        {
            ModelException refused = await Assert.ThrowsAsync<ModelException>(() => store.Models.Catalog.SetStatusAsync(model.ModelId, status, default));
            Assert.Contains("Failed", refused.Message, StringComparison.Ordinal);
        }

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
    [InlineData("1.2.3-rc.1+build.5", 1, 2, 3)]
    public void a_version_reads_back_as_it_is_written(string text, int major, int minor, int patch)
    {
        ModelVersion version = ModelVersion.Parse(text);
        Assert.Equal((major, minor, patch), (version.Major, version.Minor, version.Patch));
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
    [InlineData("01.2.3")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3-a..b")]
    [InlineData("1.2.3\n")]
    public void another_form_of_version_is_refused(string text) => Assert.Throws<FormatException>(() => ModelVersion.Parse(text));

    [Fact]
    public void versions_are_ordered_as_the_specification_of_semantic_versions_orders_them()
    {
        string[] ascending = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0", "2.0.0"];
        ModelVersion[] versions = [.. ascending.Select(ModelVersion.Parse)];
        Assert.Equal(versions, versions.Reverse().Order());
        Assert.Equal(0, ModelVersion.Parse("1.0.0+a").CompareTo(ModelVersion.Parse("1.0.0+b")));
        Assert.Equal("1.0.0", ModelVersion.Parse("1.0.0-rc.1").Next().ToString());
    }

    private static NewModel Base() => new()
    {
        Name = "yolo",
        ModelType = "detector",
        Requirements = new ModelRequirements { Opset = 17 },
        Lineage = new ModelLineage { Trainer = "lib" },
        CreatedAt = Sample.Noon,
        DescriptionJson = "{\"classes\": 2}",
    };

    private static async Task<byte[]> HashesOf(TrainedModel trained)
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(trained, null, default);
        return (await store.Models.Catalog.ChunkHashesAsync(model.ModelId, default)).ToArray();
    }

    private static async Task<byte[]> ReadAll(Store store, string modelId)
    {
        await using Stream stream = await store.Models.Catalog.OpenAsync(modelId, default);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
