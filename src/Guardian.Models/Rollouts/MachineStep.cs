namespace Guardian.Models.Rollouts;

/// <summary>What follows: the new state, and what is to be done with it in one commit.</summary>
internal sealed record MachineStep(MachineState State, IReadOnlyList<MachineOrder> Orders);
