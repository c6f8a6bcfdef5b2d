using System.Text.Json;
using Guardian.Shared.Sql;

namespace Guardian.Models.Rollouts;

/// <summary>A row of the table rollouts, as Dapper reads it.</summary>
internal sealed class RolloutRow
{
    public const string Columns =
        "rollout_id AS RolloutId, name AS Name, actor AS Actor, rollout_plan AS PlanJson, phase AS Phase, phase_since AS PhaseSince, is_paused AS IsPaused, reason AS Reason, created_at AS CreatedAt";

    public string RolloutId { get; set; } = "";

    public string Name { get; set; } = "";

    public string Actor { get; set; } = "";

    public string PlanJson { get; set; } = "";

    public int Phase { get; set; }

    public long PhaseSince { get; set; }

    public bool IsPaused { get; set; }

    public string? Reason { get; set; }

    public long CreatedAt { get; set; }

    public RolloutPlan Plan => JsonSerializer.Deserialize(PlanJson, RolloutJson.Default.RolloutPlan)!;

    public MachineState State => new((RolloutPhase)Phase, SqlTime.FromSql(PhaseSince), IsPaused, Reason);

    public Rollout ToRollout(IReadOnlyList<RolloutTarget> targets, IReadOnlyDictionary<RolloutTargetState, int> counts) => new()
    {
        RolloutId = RolloutId,
        Name = Name,
        Actor = Actor,
        Plan = Plan,
        Phase = (RolloutPhase)Phase,
        PhaseSince = SqlTime.FromSql(PhaseSince),
        IsPaused = IsPaused,
        Reason = Reason,
        CreatedAt = SqlTime.FromSql(CreatedAt),
        Targets = targets,
        Counts = counts,
    };
}
