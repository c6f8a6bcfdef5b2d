namespace Guardian.Tunnel;

/// <summary>What a model computed on this machine.</summary>
/// <param name="ProbeScore">The probe picture's score (docs/rollout.md); null for a model that gives none. Finite.</param>
/// <param name="FrameScores">Scores of the deployment's probe frames in their order; empty when they were not scored. Finite.</param>
/// <param name="MillisecondsPerFrame">Time for one of them; null when not measured.</param>
public sealed record ModelProbe(double? ProbeScore, IReadOnlyList<double> FrameScores, double? MillisecondsPerFrame = null);
