namespace Guardian.Models.Rollouts;

/// <summary>An order about the target of a number.</summary>
internal readonly record struct MachineOrder(int Target, TargetOrder Order, string? Reason = null);
