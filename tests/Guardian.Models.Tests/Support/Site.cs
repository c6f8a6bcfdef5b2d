namespace Guardian.Models.Tests.Support;

/// <summary>Some edges with a camera each, which work with the first of three base models.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly int _edges;
    private readonly Dictionary<string, (DateTimeOffset Since, long Frames, long Alarms, double Seconds)> _counted = [];

    private Site(int edges) => _edges = edges;

    public Store Store { get; } = new();

    public IModelDistributor Distributor => Store.Models.Distributor;

    public IModelCatalog Catalog => Store.Models.Catalog;

    public CatalogModel First { get; private set; } = null!;

    public CatalogModel Next { get; private set; } = null!;

    public CatalogModel Third { get; private set; } = null!;

    public static async Task<Site> CreateAsync(int edges, bool withPrevious = true)
    {
        var site = new Site(edges);
        (site.First, site.Next, site.Third) = (await site.RegisterAsync(1), await site.RegisterAsync(2), await site.RegisterAsync(3));
        for (int i = 0; withPrevious && i < edges; i++)
        {
            ModelDeployment deployment = await site.Distributor.CreateAsync($"cam-{i}", $"edge-{i}", site.First.ModelId, default);
            await site.Distributor.ReportAsync(deployment.DeploymentId, $"edge-{i}", Success(site.First), default);
        }

        return site;
    }

    public Task<Rollout> StartAsync(RolloutPlan plan, CatalogModel? model = null) => Distributor.StartAsync(
        new RolloutRequest
        {
            Name = "next",
            Actor = "test",
            Targets = [.. Enumerable.Range(0, _edges).Select(i => new RolloutTargetRequest($"edge-{i}", $"cam-{i}", (model ?? Next).ModelId))],
            Plan = plan,
        },
        default);

    public static DeploymentReport Success(CatalogModel model) => new() { Success = true, Sha256 = model.Sha256, ProbeScore = model.ProbeScore };

    public async Task<Rollout> GetAsync(Rollout rollout) => (await Distributor.GetRolloutAsync(rollout.RolloutId, default))!;

    public Task<ModelDeployment?> ReportAsync(RolloutTarget target, DeploymentReport? report = null) =>
        Distributor.ReportAsync(target.DeploymentId!, target.EdgeId, report ?? Success(target.ModelId == Third.ModelId ? Third : target.ModelId == First.ModelId ? First : Next), default);

    public async Task ReportAllAsync(Rollout rollout, CatalogModel? model = null)
    {
        foreach (RolloutTarget target in (await GetAsync(rollout)).Targets.Where(t => t.State == RolloutTargetState.Assigned))
        {
            await ReportAsync(target, model is null ? null : Success(model));
        }
    }

    public async Task AdvanceAsync(TimeSpan by)
    {
        Store.Clock.Advance(by);
        await Distributor.AdvanceAsync(default);
    }

    /// <summary>Every edge scores more frames with what it works with.</summary>
    public async Task CountAsync(long frames, long alarms, double secondsPerFrame)
    {
        foreach (CameraAssignment a in await Distributor.AssignmentsAsync(default))
        {
            (DateTimeOffset since, long f, long k, double s) = _counted.GetValueOrDefault(a.DeploymentId, (Store.Clock.GetUtcNow(), 0, 0, 0));
            _counted[a.DeploymentId] = (since, f + frames, k + alarms, s + (frames * secondsPerFrame));
            (since, f, k, s) = _counted[a.DeploymentId];
            await Distributor.RecordCountersAsync(a.EdgeId, [new ModelCounters(a.DeploymentId, since, f, k, s)], default);
        }
    }

    public Task RestartAsync() => Store.RestartAsync();

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private async Task<CatalogModel> RegisterAsync(int seed)
    {
        byte[] onnx = new byte[5000];
        new Random(seed).NextBytes(onnx);
        var model = new NewModel
        {
            Name = "base",
            ModelType = "autoencoder",
            Requirements = new ModelRequirements { Opset = 18, MemoryBytes = 100_000 },
            Lineage = new ModelLineage(),
            ProbeScore = 10 + seed,
            CreatedAt = Store.Clock.GetUtcNow(),
        };
        return await Catalog.RegisterAsync(model, new MemoryStream(onnx), default);
    }
}
