using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Rollouts;

public sealed class ModelDistributorTests
{
    [Fact(Timeout = 60_000)]
    public async Task a_model_travels_to_its_edge_and_becomes_active()
    {
        await using var store = new Store();
        (CatalogModel model, ModelDeployment deployment) = await Order(store);
        Assert.Equal((DeploymentState.Pending, model.Size, model.Sha256), (deployment.State, deployment.Size, deployment.Sha256));
        await using (Stream stream = await store.Models.Distributor.OpenModelAsync(deployment.DeploymentId, 0, default))
        {
            Assert.Equal(model.Size, stream.Length);
        }

        Assert.Equal(DeploymentState.Downloading, (await store.Models.Distributor.GetAsync(deployment.DeploymentId, default))!.State);
        ModelDeployment? ended = await Report(store, deployment, Success(model));
        Assert.Equal(DeploymentState.Active, ended!.State);
        Assert.Equal(model.ModelId, (await store.Models.Catalog.ActiveForCameraAsync("cam-1", default))!.ModelId);
        Assert.Empty(await store.Models.Distributor.PendingForEdgeAsync("edge-1", default));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_interrupted_download_goes_on_where_it_stopped()
    {
        await using var store = new Store();
        (_, ModelDeployment deployment) = await Order(store);
        byte[] expected = Sample.Model().Onnx[7000..].ToArray();
        await using Stream stream = await store.Models.Distributor.OpenModelAsync(deployment.DeploymentId, 7000, default);
        byte[] rest = new byte[expected.Length];
        await stream.ReadExactlyAsync(rest);
        Assert.Equal(expected, rest);
        Assert.Equal(-1, stream.ReadByte());
        foreach (long offset in new[] { -1, deployment.Size + 1 })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.Models.Distributor.OpenModelAsync(deployment.DeploymentId, offset, default));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_damaged_on_the_disk_is_not_sent()
    {
        await using var store = new Store();
        (CatalogModel model, ModelDeployment deployment) = await Order(store);
        await File.WriteAllBytesAsync(Path.Combine(store.Folder, "models", model.ModelId, "model.onnx"), new byte[model.Size]);
        await using (Stream stream = await store.Models.Distributor.OpenModelAsync(deployment.DeploymentId, 0, default))
        {
            await Assert.ThrowsAsync<ModelException>(() => stream.ReadExactlyAsync(new byte[100]).AsTask());
        }

        // The edge asks again, and learns that it need not.
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Distributor.OpenModelAsync(deployment.DeploymentId, 0, default));
        Assert.Equal(DeploymentState.Failed, (await store.Models.Distributor.GetAsync(deployment.DeploymentId, default))!.State);
        Assert.Equal(ModelStatus.Failed, (await store.Models.Catalog.GetAsync(model.ModelId, default))!.Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_success_with_another_hash_or_probe_score_is_a_failure()
    {
        await using var store = new Store();
        foreach (Func<CatalogModel, DeploymentReport> report in new Func<CatalogModel, DeploymentReport>[]
        {
            m => Success(m) with { Sha256 = new string('0', 64) },
            m => Success(m) with { Sha256 = null },
            m => Success(m) with { ProbeScore = m.ProbeScore * 1.05 },
            m => Success(m) with { ProbeScore = double.NaN },
            m => Success(m) with { Success = false, Error = "no space" },
        })
        {
            (CatalogModel model, ModelDeployment deployment) = await Order(store);
            ModelDeployment? ended = await Report(store, deployment, report(model));
            Assert.Equal(DeploymentState.Failed, ended!.State);
            Assert.NotEmpty(ended.Error!);
        }

        Assert.Null(await store.Models.Catalog.ActiveForCameraAsync("cam-1", default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_second_report_changes_nothing()
    {
        await using var store = new Store();
        (CatalogModel model, ModelDeployment deployment) = await Order(store);
        ModelDeployment? first = await Report(store, deployment, Success(model));
        store.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, await Report(store, deployment, Success(model)));
        Assert.Equal(first, await Report(store, deployment, new DeploymentReport { Success = false, Error = "late" }));
    }

    [Fact(Timeout = 60_000)]
    public async Task another_edge_cannot_report()
    {
        await using var store = new Store();
        (CatalogModel model, ModelDeployment deployment) = await Order(store);
        Assert.Null(await store.Models.Distributor.ReportAsync(deployment.DeploymentId, "edge-2", Success(model), default));
        Assert.Null(await store.Models.Distributor.ReportAsync("nothing", "edge-1", Success(model), default));
        Assert.Equal(DeploymentState.Pending, (await store.Models.Distributor.GetAsync(deployment.DeploymentId, default))!.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_same_order_twice_is_one_deployment_and_a_newer_model_supersedes_it()
    {
        await using var store = new Store();
        (CatalogModel model, ModelDeployment deployment) = await Order(store);
        Assert.Equal(deployment, await store.Models.Distributor.CreateAsync("cam-1", "edge-1", model.ModelId, default));
        (_, ModelDeployment newer) = await Order(store);
        Assert.Equal(newer, Assert.Single(await store.Models.Distributor.PendingForEdgeAsync("edge-1", default)));
        Assert.Equal(DeploymentState.Superseded, (await store.Models.Distributor.GetAsync(deployment.DeploymentId, default))!.State);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Distributor.OpenModelAsync(deployment.DeploymentId, 0, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_active_deployment_ends_when_the_next_one_becomes_active()
    {
        await using var store = new Store();
        (CatalogModel model, ModelDeployment deployment) = await Order(store);
        await Report(store, deployment, Success(model));
        (CatalogModel next, ModelDeployment newer) = await Order(store);
        Assert.Equal(DeploymentState.Active, (await store.Models.Distributor.GetAsync(deployment.DeploymentId, default))!.State);
        await Report(store, newer, Success(next));
        Assert.Equal(DeploymentState.Superseded, (await store.Models.Distributor.GetAsync(deployment.DeploymentId, default))!.State);
        Assert.Equal(next.ModelId, (await store.Models.Catalog.ActiveForCameraAsync("cam-1", default))!.ModelId);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_watching_edge_sees_what_waits_and_then_what_is_ordered_even_after_a_restart()
    {
        await using var store = new Store();
        (_, ModelDeployment waiting) = await Order(store, "cam-1");
        await store.RestartAsync();
        using var end = new CancellationTokenSource();
        await using IAsyncEnumerator<ModelDeployment> watch = store.Models.Distributor.WatchAsync("edge-1", end.Token).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(waiting.DeploymentId, watch.Current.DeploymentId);
        ValueTask<bool> next = watch.MoveNextAsync();
        await Order(store, "cam-3", "edge-2");
        (_, ModelDeployment ordered) = await Order(store, "cam-2");
        Assert.True(await next);
        Assert.Equal(ordered.DeploymentId, watch.Current.DeploymentId);
        ValueTask<bool> never = watch.MoveNextAsync();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await never);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_of_another_camera_or_a_failed_one_is_not_deployed()
    {
        await using var store = new Store();
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model("cam-2"), null, default);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Distributor.CreateAsync("cam-1", "edge-1", model.ModelId, default));
        await store.Models.Catalog.SetStatusAsync(model.ModelId, ModelStatus.Failed, default);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Distributor.CreateAsync("cam-2", "edge-1", model.ModelId, default));
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Distributor.CreateAsync("cam-2", "edge-1", "nothing", default));
    }

    private static async Task<(CatalogModel Model, ModelDeployment Deployment)> Order(Store store, string camera = "cam-1", string edge = "edge-1")
    {
        CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(camera), null, default);
        return (model, await store.Models.Distributor.CreateAsync(camera, edge, model.ModelId, default));
    }

    private static DeploymentReport Success(CatalogModel model) =>
        new() { Success = true, Sha256 = model.Sha256, ProbeScore = model.ProbeScore * 1.001 };

    private static Task<ModelDeployment?> Report(Store store, ModelDeployment deployment, DeploymentReport report) =>
        store.Models.Distributor.ReportAsync(deployment.DeploymentId, "edge-1", report, default);
}
