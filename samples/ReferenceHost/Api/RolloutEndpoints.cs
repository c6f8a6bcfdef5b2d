using Guardian.Models;
using Guardian.Tunnel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>Rollouts: models on their way to edges, in steps with gates.</summary>
internal static class RolloutEndpoints
{
    private const string Actor = "operator:api";

    public static void MapRollouts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/rollouts", ListAsync).WithSummary("The newest rollouts without their targets; limit 1 to 1000.");
        api.MapPost("/rollouts", StartAsync).WithSummary("Begins a rollout.");
        api.MapGet("/rollouts/{id}", GetAsync).WithSummary("A rollout with its targets and what they measured.");
        api.MapPost("/rollouts/{id}/pause", (string id, IModelDistributor rollouts, CancellationToken cancellationToken) => TryAsync(() => rollouts.SetPausedAsync(id, true, cancellationToken))).WithSummary("Holds a rollout; its gates go on watching.");
        api.MapPost("/rollouts/{id}/resume", (string id, IModelDistributor rollouts, CancellationToken cancellationToken) => TryAsync(() => rollouts.SetPausedAsync(id, false, cancellationToken))).WithSummary("Lets a rollout go on.");
        api.MapPost("/rollouts/{id}/roll-back", (string id, ReasonRequestDto request, IModelDistributor rollouts, CancellationToken cancellationToken) =>
            TryAsync(() => rollouts.RollBackAsync(id, $"{Actor}: {request.Reason ?? "no reason given"}", cancellationToken))).WithSummary("Gives everyone the previous model again.");
        api.MapPost("/rollouts/{id}/conclude", (string id, ConclusionDto request, IModelDistributor rollouts, CancellationToken cancellationToken) =>
            TryAsync(() => rollouts.ConcludeAsync(id, request.Arm ?? "", Actor, cancellationToken))).WithSummary("Ends a comparison: everyone gets the chosen model.");
        api.MapGet("/assignments", async (IModelDistributor rollouts, CancellationToken cancellationToken) =>
            (await rollouts.AssignmentsAsync(cancellationToken)).Select(a => new AssignmentDto(a.EdgeId, a.CameraId, a.ModelId, a.PreviousModelId, a.Since)).ToList()).WithSummary("What edges work with.");
        api.MapGet("/pins", async (IModelDistributor rollouts, CancellationToken cancellationToken) =>
            (await rollouts.PinsAsync(cancellationToken)).Select(p => new PinDto(p.CameraId, p.Reason, p.Actor, p.At)).ToList()).WithSummary("Cameras that rollouts leave alone.");
        api.MapPut("/cameras/{id}/model", SetModelAsync).WithSummary("Gives a camera's edge any version of its models at once; when it does not load there, the one before stays.");
        api.MapPut("/cameras/{id}/pin", (string id, ReasonRequestDto request, IModelDistributor rollouts, CancellationToken cancellationToken) => PinAsync(id, request.Reason ?? "", rollouts, cancellationToken))
            .WithSummary("Keeps a camera out of rollouts.");
        api.MapDelete("/cameras/{id}/pin", (string id, IModelDistributor rollouts, CancellationToken cancellationToken) => PinAsync(id, null, rollouts, cancellationToken)).WithSummary("Lets a camera take part in rollouts again.");
    }

    private static async Task<Results<Ok<List<RolloutDto>>, ProblemHttpResult>> ListAsync(IModelDistributor rollouts, CancellationToken cancellationToken, int limit = 50) => limit is < 1 or > 1000
        ? TypedResults.Problem("limit: 1 to 1000 are allowed", statusCode: 400)
        : TypedResults.Ok((await rollouts.ListRolloutsAsync(limit, cancellationToken)).Select(ToDto).ToList());

    private static Task<Results<Ok<RolloutDto>, ProblemHttpResult>> GetAsync(string id, IModelDistributor rollouts, CancellationToken cancellationToken) => TryAsync(() => rollouts.GetRolloutAsync(id, cancellationToken));

    private static Task<Results<Ok<RolloutDto>, ProblemHttpResult>> StartAsync(RolloutRequestDto request, IModelDistributor rollouts, IModelCatalog catalog, EdgeRegistry registry, CancellationToken cancellationToken) =>
        TryAsync(async () => await rollouts.StartAsync(
            new RolloutRequest { Name = request.Name ?? "", Actor = Actor, Targets = await TargetsAsync(request, catalog, registry, cancellationToken), Plan = PlanOf(request) }, cancellationToken));

    private static async Task<List<RolloutTargetRequest>> TargetsAsync(RolloutRequestDto request, IModelCatalog catalog, EdgeRegistry registry, CancellationToken cancellationToken)
    {
        if (request.Targets is { } targets)
        {
            return [.. targets.Select(t => new RolloutTargetRequest(t.EdgeId ?? "", t.CameraId ?? "", t.ModelId ?? request.ModelId ?? "", t.AlternativeModelId ?? request.AlternativeModelId))];
        }

        string modelId = request.ModelId ?? throw new ArgumentException("model_id, targets: one of them is needed");
        CatalogModel model = await catalog.GetAsync(modelId, cancellationToken) ?? throw new ModelException($"model_id: there is no model {modelId}");
        IReadOnlyList<RegisteredCamera> cameras = await registry.Cameras.ListAsync(null, cancellationToken);
        string[] wanted = [.. request.Cameras ?? [.. cameras.Where(c => model.CameraId is null || c.Id == model.CameraId).Select(c => c.Id)]];
        return [.. wanted.Select(id => cameras.FirstOrDefault(c => c.Id == id) ?? throw new ModelException($"cameras: no edge speaks for {id}")).Select(c => new RolloutTargetRequest(c.EdgeId.ToString(), c.Id, modelId, request.AlternativeModelId))];
    }

    private static RolloutPlan PlanOf(RolloutRequestDto r)
    {
        var plan = new RolloutPlan();
        RolloutGates g = plan.Gates;
        return plan with
        {
            CanaryCount = r.CanaryCount,
            CanaryShare = r.CanaryShare ?? plan.CanaryShare,
            Wait = Seconds(r.WaitSeconds, "wait_seconds") ?? plan.Wait,
            ReportLimit = Seconds(r.ReportLimitSeconds, "report_limit_seconds") ?? plan.ReportLimit,
            AlternativeShare = r.AlternativeShare,
            Gates = r.Gates is not { } wanted ? g : new RolloutGates
            {
                MaxFailureShare = wanted.MaxFailureShare ?? g.MaxFailureShare,
                MaxProbeMismatches = wanted.MaxProbeMismatches ?? g.MaxProbeMismatches,
                MaxAlarmFactor = wanted.MaxAlarmFactor ?? g.MaxAlarmFactor,
                AlarmRateFloor = wanted.AlarmRateFloor ?? g.AlarmRateFloor,
                MinFrames = wanted.MinFrames ?? g.MinFrames,
                RequireFrames = wanted.RequireFrames ?? g.RequireFrames,
                MaxMillisecondsPerFrame = wanted.MaxMillisecondsPerFrame,
                MaxLatencyFactor = wanted.MaxLatencyFactor ?? g.MaxLatencyFactor,
                Window = Seconds(wanted.WindowSeconds, "window_seconds") ?? g.Window,
            },
        };
    }

    private static TimeSpan? Seconds(double? seconds, string name) => seconds switch
    {
        null => null,
        >= 0 and < 1e9 => TimeSpan.FromSeconds(seconds.Value),
        _ => throw new ArgumentException($"{name}: 0 to 30 days are allowed"),
    };

    private static Task<Results<Ok<RolloutDto>, ProblemHttpResult>> SetModelAsync(string id, CameraModelDto request, IModelDistributor rollouts, EdgeRegistry registry, CancellationToken cancellationToken) => TryAsync(async () =>
        await registry.Cameras.GetAsync(id, cancellationToken) is { } camera
            ? await rollouts.StartAsync(
                new RolloutRequest
                {
                    Name = $"{id} by hand",
                    Actor = Actor,
                    Targets = [new RolloutTargetRequest(camera.EdgeId.ToString(), id, request.ModelId ?? "")],
                    Plan = RolloutPlan.AtOnce,
                },
                cancellationToken)
            : null);

    private static async Task<Results<NoContent, ProblemHttpResult>> PinAsync(string id, string? reason, IModelDistributor rollouts, CancellationToken cancellationToken)
    {
        try
        {
            await rollouts.SetPinAsync(id, reason, Actor, cancellationToken);
            return TypedResults.NoContent();
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static async Task<Results<Ok<RolloutDto>, ProblemHttpResult>> TryAsync(Func<Task<Rollout?>> work)
    {
        try
        {
            return await work() is { } rollout ? TypedResults.Ok(ToDto(rollout)) : TypedResults.Problem("id: no such rollout or camera", statusCode: 404);
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
        catch (ModelException e) when (!e.IsTransient)
        {
            return TypedResults.Problem(e.Message, statusCode: 409);
        }
    }

    private static RolloutDto ToDto(Rollout r) => new(
        r.RolloutId, r.Name, r.Actor, ApiMapping.Word(r.Phase), r.PhaseSince, r.IsPaused, r.Reason, r.CreatedAt, r.Plan.CanaryCount, r.Plan.CanaryShare, r.Plan.Wait.TotalSeconds, r.Plan.AlternativeShare, ToDto(r.Plan.Gates),
        r.Counts.ToDictionary(c => ApiMapping.Word(c.Key), c => c.Value), r.FiguresByArm().ToDictionary(f => f.Key, f => ToDto(f.Value)),
        [.. r.Targets.Select(t => new RolloutTargetDto(
            t.EdgeId, t.CameraId, t.ModelId, t.PreviousModelId, t.Arm, t.IsCanary, ApiMapping.Word(t.State), t.Since, t.Reason, ToDto(t.Figures), ToDto(t.PreviousFigures)))]);

    private static GatesDto ToDto(RolloutGates g) => new(
        g.MaxFailureShare, g.MaxProbeMismatches, g.MaxAlarmFactor, g.AlarmRateFloor, g.MinFrames, g.RequireFrames, g.MaxMillisecondsPerFrame, g.MaxLatencyFactor, g.Window.TotalSeconds);

    private static FiguresDto ToDto(ModelFigures f) => new(f.Frames, f.Alarms, f.AlarmRate, f.MillisecondsPerFrame);
}
