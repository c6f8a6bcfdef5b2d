using System.Text.Json;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Rollouts;

/// <summary>Rollouts: what <see cref="RolloutMachine"/> says becomes rows, in one commit with the state that it follows from.</summary>
internal sealed partial class SqliteModelDistributor
{
    /// <summary>Steps of one rollout in one commit: assign, settle, next phase, assign again. More than a rollout can need; a machine that never came to rest would hold up every write.</summary>
    private const int MaxSteps = 16;

    private const int MaxWord = 200, MaxList = 1000;

    public async Task<Rollout> StartAsync(RolloutRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RolloutPlanValidator.ThrowIfInvalid(request);
        string rolloutId = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var models = new Dictionary<string, CatalogModel>(StringComparer.Ordinal);
        foreach (RolloutTargetRequest target in request.Targets)
        {
            foreach (string modelId in new[] { target.ModelId, target.AlternativeModelId }.OfType<string>())
            {
                if (!models.TryGetValue(modelId, out CatalogModel? known) || (known.CameraId is not null && known.CameraId != target.CameraId))
                {
                    models[modelId] = await RequireUsableAsync(modelId, target.CameraId, cancellationToken).ConfigureAwait(false);
                    await _probes.EnsureAsync(models[modelId], cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await Failures.WrapAsync(
            "Starting a rollout",
            () => folder.Database.WriteAsync(
                c =>
                {
                    Begin(c, rolloutId, request, models);
                    return true;
                },
                cancellationToken)).ConfigureAwait(false);
        await MoveAsync(rolloutId, cancellationToken).ConfigureAwait(false);
        return (await GetRolloutAsync(rolloutId, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<Rollout?> GetRolloutAsync(string rolloutId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rolloutId);
        return await folder.Database.ReadAsync(
            c =>
            {
                if (FindRollout(c, rolloutId) is not { } row)
                {
                    return null;
                }

                RolloutTarget[] targets = [.. Targets(c, row).Select(t => t.ToTarget())];
                return row.ToRollout(targets, targets.GroupBy(t => t.State).ToDictionary(g => g.Key, g => g.Count()));
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Rollout>> ListRolloutsAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxList);
        return await folder.Database.ReadAsync<IReadOnlyList<Rollout>>(
            c =>
            {
                List<RolloutRow> rows = c.Query<RolloutRow>($"SELECT {RolloutRow.Columns} FROM rollouts ORDER BY sequence DESC LIMIT @limit", new { limit }).AsList();
                ILookup<string, (string Id, long State, long Count)> counts = c.Query<(string, long, long)>(
                    "SELECT rollout_id, state, COUNT(*) FROM rollout_targets WHERE rollout_id IN @ids GROUP BY rollout_id, state", new { ids = rows.Select(r => r.RolloutId) }).ToLookup(r => r.Item1);
                return [.. rows.Select(r => r.ToRollout([], counts[r.RolloutId].ToDictionary(n => (RolloutTargetState)n.State, n => (int)n.Count)))];
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<Rollout?> SetPausedAsync(string rolloutId, bool isPaused, CancellationToken cancellationToken) => ChangeAsync(
        rolloutId,
        row => row.State.Phase == RolloutPhase.RollingBack ? throw new ModelException($"Rollout {rolloutId} is on its way back and cannot be held.") : row.State with { IsPaused = isPaused },
        cancellationToken);

    public Task<Rollout?> RollBackAsync(string rolloutId, string reason, CancellationToken cancellationToken)
    {
        ThrowIfNotWord(reason, nameof(reason));
        return ChangeAsync(rolloutId, row => RolloutMachine.Back(row.State, reason, time.GetUtcNow()), cancellationToken);
    }

    public async Task<Rollout?> ConcludeAsync(string rolloutId, string arm, string actor, CancellationToken cancellationToken)
    {
        ThrowIfNotWord(actor, nameof(actor));
        if (arm is not ("A" or "B"))
        {
            throw new ArgumentException("arm: \"A\" or \"B\" is needed", nameof(arm));
        }

        List<TargetRow> others = [];
        Rollout? concluded = await ChangeAsync(
            rolloutId,
            row => row.State.Phase == RolloutPhase.Comparing
                ? row.State with { Phase = RolloutPhase.Completed, PhaseSince = time.GetUtcNow(), Reason = $"{actor} chose {arm}" }
                : throw new ModelException($"Rollout {rolloutId} compares nothing."),
            cancellationToken,
            (c, row) => others = [.. Targets(c, row).Where(t => t.Arm != arm && (RolloutTargetState)t.State is RolloutTargetState.Active or RolloutTargetState.Assigned or RolloutTargetState.Waiting)]).ConfigureAwait(false);
        return concluded is null || others.Count == 0 ? concluded : await StartAsync(
            new RolloutRequest
            {
                Name = concluded.Name,
                Actor = actor,
                Targets = [.. others.Select(t => new RolloutTargetRequest(t.EdgeId, t.CameraId, t.OtherModelId!))],
                Plan = RolloutPlan.AtOnce with { Gates = concluded.Plan.Gates },
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<int> AdvanceAsync(CancellationToken cancellationToken) => Failures.WrapAsync("Advancing rollouts", async () =>
    {
        List<string> open = await folder.Database.ReadAsync(c => c.Query<string>("SELECT rollout_id FROM rollouts WHERE is_open = 1 ORDER BY sequence").AsList(), cancellationToken).ConfigureAwait(false);
        int moved = 0;
        foreach (string rolloutId in open)
        {
            cancellationToken.ThrowIfCancellationRequested();
            moved += await MoveAsync(rolloutId, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        await ForgetFiguresAsync(cancellationToken).ConfigureAwait(false);
        return moved;
    });

    private static void ThrowIfNotWord(string? word, string name)
    {
        if (word is null or { Length: 0 or > MaxWord } || word.Any(char.IsControl))
        {
            throw new ArgumentException($"{name}: 1 to {MaxWord} characters are needed, none of them a control character", name);
        }
    }

    private static RolloutRow? FindRollout(SqliteConnection connection, string rolloutId) =>
        connection.QuerySingleOrDefault<RolloutRow>($"SELECT {RolloutRow.Columns} FROM rollouts WHERE rollout_id = @rolloutId", new { rolloutId });

    private static List<TargetRow> Targets(SqliteConnection connection, RolloutRow row)
    {
        // Hours before the rollout began belong to the previous models; the hour in which it did is both's.
        long hour = HourOf(SqlTime.FromSql(row.CreatedAt) - row.Plan.Gates.Window);
        return connection.Query<TargetRow>(TargetRow.Select, new { rolloutId = row.RolloutId, hour }).AsList();
    }

    private void Begin(SqliteConnection connection, string rolloutId, RolloutRequest request, Dictionary<string, CatalogModel> models)
    {
        long now = SqlTime.ToSql(time.GetUtcNow());
        RolloutPlan plan = request.Plan;
        connection.Execute(
            """
            INSERT INTO rollouts (rollout_id, name, actor, rollout_plan, phase, phase_since, is_paused, is_open, reason, created_at, updated_at)
            VALUES (@rolloutId, @Name, @Actor, @planJson, @phase, @now, 0, 1, NULL, @now, @now)
            """,
            new
            {
                rolloutId,
                request.Name,
                request.Actor,
                planJson = JsonSerializer.Serialize(plan, RolloutJson.Default.RolloutPlan),
                phase = (int)(plan.AlternativeShare is null ? RolloutPhase.Canary : RolloutPhase.Comparing),
                now,
            });
        Dictionary<string, string> pins = connection.Query<(string Camera, string Reason)>("SELECT camera_id, reason FROM camera_pins").ToDictionary(p => p.Camera, p => p.Reason, StringComparer.Ordinal);
        List<TargetRow> rows = [.. request.Targets.Select((t, number) => ToRow(connection, rolloutId, number, t, plan, models, pins))];

        // Spread over the targets as a hash spreads them: the first of a list are often of one site.
        TargetRow[] eligible = [.. rows.Where(r => r.State == (int)RolloutTargetState.Waiting).OrderBy(r => StableShare.Of(rolloutId, r.EdgeId, r.CameraId))];
        int canaries = plan.AlternativeShare is not null ? 0 : Math.Clamp(plan.CanaryCount ?? (int)Math.Ceiling(plan.CanaryShare * eligible.Length), Math.Min(1, eligible.Length), eligible.Length);
        Array.ForEach(eligible[..canaries], r => r.IsCanary = true);
        foreach (TargetRow row in eligible)
        {
            TakeOver(connection, row.EdgeId, row.CameraId, $"rollout {rolloutId}");
        }

        connection.Execute(
            """
            INSERT INTO rollout_targets (rollout_id, number, edge_id, camera_id, model_id, size, sha256, other_model_id, arm, is_canary, state, since, reason)
            VALUES (@RolloutId, @Number, @EdgeId, @CameraId, @ModelId, @Size, @Sha256, @OtherModelId, @Arm, @IsCanary, @State, @Since, @Reason)
            """,
            rows);
    }

    private TargetRow ToRow(
        SqliteConnection connection, string rolloutId, int number, RolloutTargetRequest target, RolloutPlan plan, Dictionary<string, CatalogModel> models, Dictionary<string, string> pins)
    {
        bool isOther = plan.AlternativeShare is { } share && StableShare.Of(rolloutId, target.EdgeId, target.CameraId) < share;
        CatalogModel model = models[isOther ? target.AlternativeModelId! : target.ModelId];
        string? refusal = pins.TryGetValue(target.CameraId, out string? pinned) ? $"the camera is pinned: {pinned}" : Compatibility.Refusal(model, RuntimeOf(connection, target.EdgeId));
        return new TargetRow
        {
            RolloutId = rolloutId,
            Number = number,
            EdgeId = target.EdgeId,
            CameraId = target.CameraId,
            ModelId = model.ModelId,
            Size = model.Size,
            Sha256 = model.Sha256,
            OtherModelId = isOther ? target.ModelId : target.AlternativeModelId,
            Arm = isOther ? "B" : "A",
            State = (int)(refusal is null ? RolloutTargetState.Waiting : RolloutTargetState.Skipped),
            Since = SqlTime.ToSql(time.GetUtcNow()),
            Reason = refusal,
        };
    }

    /// <summary>Open rollouts leave an edge and camera to a later order; what they have brought there stays until that order's model is there.</summary>
    private void TakeOver(SqliteConnection connection, string edgeId, string cameraId, string by) => connection.Execute(
        """
        UPDATE rollout_targets SET state = @takenOver, since = @now, reason = @reason
        WHERE edge_id = @edgeId AND camera_id = @cameraId AND state IN (0, 1, 2, 4) AND rollout_id IN (SELECT rollout_id FROM rollouts WHERE is_open = 1)
        """,
        new { edgeId, cameraId, takenOver = (int)RolloutTargetState.TakenOver, now = SqlTime.ToSql(time.GetUtcNow()), reason = $"taken over by {by}" });

    private async Task<Rollout?> ChangeAsync(
        string rolloutId, Func<RolloutRow, MachineState> change, CancellationToken cancellationToken, Action<SqliteConnection, RolloutRow>? look = null)
    {
        ArgumentNullException.ThrowIfNull(rolloutId);
        bool isThere = await Failures.WrapAsync(
            "Changing a rollout",
            () => folder.Database.WriteAsync(
                c =>
                {
                    if (FindRollout(c, rolloutId) is not { } row)
                    {
                        return false;
                    }

                    if (row.State.Phase is RolloutPhase.Completed or RolloutPhase.RolledBack)
                    {
                        throw new ModelException($"Rollout {rolloutId} has ended ({row.State.Phase}).");
                    }

                    look?.Invoke(c, row);
                    Save(c, rolloutId, change(row));
                    return true;
                },
                cancellationToken)).ConfigureAwait(false);
        if (!isThere)
        {
            return null;
        }

        await MoveAsync(rolloutId, cancellationToken).ConfigureAwait(false);
        return await GetRolloutAsync(rolloutId, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> MoveAsync(string rolloutId, CancellationToken cancellationToken)
    {
        (bool moved, HashSet<string> edges) = await Failures.WrapAsync(
            "Advancing a rollout", () => folder.Database.WriteAsync(c => Move(c, rolloutId), cancellationToken)).ConfigureAwait(false);
        _signals.Raise(edges);
        return moved;
    }

    private (bool Moved, HashSet<string> Edges) Move(SqliteConnection connection, string rolloutId)
    {
        var edges = new HashSet<string>(StringComparer.Ordinal);
        for (int steps = 0; steps < MaxSteps; steps++)
        {
            RolloutRow row = FindRollout(connection, rolloutId)!;
            List<TargetRow> targets = Targets(connection, row);
            MachineStep step = RolloutMachine.Next(row.Plan, row.State, [.. targets.Select(t => t.ToMachine())], time.GetUtcNow());
            if (step.Orders.Count == 0 && step.State == row.State)
            {
                return (steps > 0, edges);
            }

            LogStep(rolloutId, row.State, step.State);
            Save(connection, rolloutId, step.State);
            foreach (MachineOrder order in step.Orders)
            {
                Carry(connection, targets[order.Target], order);
                edges.Add(targets[order.Target].EdgeId);
            }
        }

        return (true, edges);
    }

    private void LogStep(string rolloutId, MachineState from, MachineState to)
    {
        if (to.Phase == RolloutPhase.RollingBack && from.Phase != to.Phase)
        {
            log.RolloutGoesBack(rolloutId, to.Reason ?? "");
        }
        else if (from.Phase != to.Phase)
        {
            log.RolloutMoved(rolloutId, to.Phase);
        }
    }

    private void Save(SqliteConnection connection, string rolloutId, MachineState state) => connection.Execute(
        "UPDATE rollouts SET phase = @phase, phase_since = @since, is_paused = @IsPaused, is_open = @isOpen, reason = @Reason, updated_at = @now WHERE rollout_id = @rolloutId",
        new
        {
            rolloutId,
            phase = (int)state.Phase,
            since = SqlTime.ToSql(state.PhaseSince),
            state.IsPaused,
            isOpen = state.Phase is not (RolloutPhase.Completed or RolloutPhase.RolledBack),
            state.Reason,
            now = SqlTime.ToSql(time.GetUtcNow()),
        });

    private void Carry(SqliteConnection connection, TargetRow target, MachineOrder order)
    {
        switch (order.Order)
        {
            case TargetOrder.Assign:
                target.PreviousModelId = AssignmentOf(connection, target.EdgeId, target.CameraId)?.ModelId;
                DeploymentRow assigned = Order(connection, target.EdgeId, target.CameraId, target.ModelId, target.Size, target.Sha256);
                Save(connection, target, assigned.State == (int)DeploymentState.Active ? RolloutTargetState.Active : RolloutTargetState.Assigned, assigned.DeploymentId, order.Reason);
                connection.Execute("UPDATE rollout_targets SET figures_of = deployment_id WHERE rollout_id = @RolloutId AND number = @Number", target);
                break;
            case TargetOrder.Restore:
                Restore(connection, target, order.Reason);
                break;
            case TargetOrder.Withdraw or TargetOrder.Expire:
                connection.Execute(
                    $"UPDATE deployments SET state = 4, updated_at = @now WHERE deployment_id = @DeploymentId AND state IN {Open}", new { target.DeploymentId, now = SqlTime.ToSql(time.GetUtcNow()) });
                Save(connection, target, order.Order == TargetOrder.Expire ? RolloutTargetState.Failed : RolloutTargetState.Restored, target.DeploymentId, order.Reason);
                break;
            default:
                Save(connection, target, RolloutTargetState.Skipped, target.DeploymentId, order.Reason);
                break;
        }
    }

    private void Restore(SqliteConnection connection, TargetRow target, string? reason)
    {
        if (target.PreviousModelId == target.ModelId)
        {
            Save(connection, target, RolloutTargetState.Restored, target.DeploymentId, reason);
            return;
        }

        // A model that an edge has worked with was deployed once, with the size and hash that it still has.
        (long Size, string Sha256) previous = target.PreviousModelId is null ? default
            : connection.QueryFirst<(long, string)>("SELECT size, sha256 FROM deployments WHERE model_id = @PreviousModelId AND is_withdrawal = 0 LIMIT 1", target);
        DeploymentRow restoring = target.PreviousModelId is null
            ? OrderWithdrawal(connection, target.EdgeId, target.CameraId, target.ModelId)
            : Order(connection, target.EdgeId, target.CameraId, target.PreviousModelId, previous.Size, previous.Sha256);
        Save(connection, target, RolloutTargetState.Restoring, restoring.DeploymentId, reason);
    }

    private void Save(SqliteConnection connection, TargetRow target, RolloutTargetState state, string? deploymentId, string? reason) => connection.Execute(
        """
        UPDATE rollout_targets SET state = @state, since = @now, deployment_id = @deploymentId, previous_model_id = @PreviousModelId, reason = @reason
        WHERE rollout_id = @RolloutId AND number = @Number
        """,
        new { target.RolloutId, target.Number, target.PreviousModelId, state = (int)state, now = SqlTime.ToSql(time.GetUtcNow()), deploymentId, reason });

    /// <summary>An edge's outcome becomes that of the targets whose deployment it is.</summary>
    private void EndTarget(SqliteConnection connection, DeploymentRow deployment, (string Reason, bool IsProbe)? failure) => connection.Execute(
        """
        UPDATE rollout_targets SET since = @now, reason = COALESCE(@reason, reason), is_probe_failure = MAX(is_probe_failure, @isProbe), state = CASE WHEN state = 4 THEN @restored ELSE @reached END
        WHERE deployment_id = @DeploymentId AND state IN (1, 2, 4)
        """,
        new
        {
            deployment.DeploymentId,
            now = SqlTime.ToSql(time.GetUtcNow()),
            reason = failure?.Reason,
            isProbe = failure?.IsProbe == true,
            reached = (int)(failure is null ? RolloutTargetState.Active : RolloutTargetState.Failed),
            restored = (int)(failure is null ? RolloutTargetState.Restored : RolloutTargetState.RestoreFailed),
        });
}
