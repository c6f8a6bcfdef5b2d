namespace Guardian.Models;

/// <summary>What an edge has counted with a deployment since it began to count. Sent again with larger numbers; what is lost in between is in the next.</summary>
/// <param name="DeploymentId">The deployment that brought the model.</param>
/// <param name="CountedSince">When the counting began: another one after each restart of the edge.</param>
/// <param name="Frames">Frames scored since then, not negative.</param>
/// <param name="Alarms">Those over the threshold, at most <paramref name="Frames"/>.</param>
/// <param name="Seconds">Time that scoring took, finite and not negative.</param>
public sealed record ModelCounters(string DeploymentId, DateTimeOffset CountedSince, long Frames, long Alarms, double Seconds);
