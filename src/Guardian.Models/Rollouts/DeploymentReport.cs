namespace Guardian.Models;

/// <summary>What an edge says about a deployment.</summary>
public sealed record DeploymentReport
{
    /// <summary>True when the edge has checked and loaded the model and works with it from the moment that the node accepts this.</summary>
    public required bool Success { get; init; }

    /// <summary>SHA-256 of the file as the edge has it, 64 hexadecimal digits; required for a success with a model.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What the edge's runtime computes for the probe picture (<see cref="ModelScorer.ScoreProbe"/>); null if it did not try.</summary>
    public double? ProbeScore { get; init; }

    /// <summary>What it computes for the frames that came with the deployment, in their order; empty if it did not try.</summary>
    public IReadOnlyList<double> FrameScores { get; init; } = [];

    /// <summary>Milliseconds that one frame took; null when not measured.</summary>
    public double? MillisecondsPerFrame { get; init; }

    /// <summary>True when the edge itself found that its scores do not agree.</summary>
    public bool IsProbeFailure { get; init; }

    /// <summary>Why it failed; of more than 1000 characters the first 1000 are kept.</summary>
    public string? Error { get; init; }
}
