namespace Guardian.Models.Rollouts;

/// <summary>Judges an edge's report.</summary>
internal static class DeploymentVerdict
{
    private const int MaxErrorLength = 1000;

    /// <returns>Null for a success; else why the deployment has failed, and whether because of its scores.</returns>
    public static (string Reason, bool IsProbe)? Failure(DeploymentReport report, ModelDeployment deployment, double? expectedProbe, IReadOnlyList<ProbeFrame> frames)
    {
        if (!report.Success)
        {
            string error = string.IsNullOrWhiteSpace(report.Error) ? "The edge gave no reason." : report.Error;
            return (error.Length > MaxErrorLength ? error[..MaxErrorLength] : error, report.IsProbeFailure);
        }

        if (deployment.IsWithdrawal)
        {
            return null;
        }

        if (!string.Equals(report.Sha256, deployment.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            return ("The edge reported a success with another SHA-256 than the model's.", false);
        }

        if (expectedProbe is { } probe && report.ProbeScore is { } computed && !ProbeTolerance.Agrees(probe, computed))
        {
            return (FormattableString.Invariant($"The edge's runtime computes {computed} for the probe picture; {probe} is expected."), true);
        }

        // An edge of before there were frames reports none.
        for (int i = 0; i < Math.Min(frames.Count, report.FrameScores.Count); i++)
        {
            if (!ProbeTolerance.Agrees(frames[i].Score, report.FrameScores[i]))
            {
                return (FormattableString.Invariant($"The edge's runtime computes {report.FrameScores[i]} for probe frame {i + 1}; {frames[i].Score} is expected."), true);
            }
        }

        return null;
    }
}
