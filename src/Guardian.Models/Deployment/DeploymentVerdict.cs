namespace Guardian.Models.Deployment;

/// <summary>Judges an edge's report.</summary>
internal static class DeploymentVerdict
{
    private const int MaxErrorLength = 1000;

    /// <summary>Runtimes round differently in the last digits; a wrong preprocessing or a wrong operator is off by far more.</summary>
    private const double ProbeTolerance = 0.01;

    /// <returns>Null for a success; else why the deployment has failed.</returns>
    public static string? ReasonOfFailure(DeploymentReport report, string sha256, double expectedProbe)
    {
        if (!report.Success)
        {
            string error = string.IsNullOrWhiteSpace(report.Error) ? "The edge gave no reason." : report.Error;
            return error.Length > MaxErrorLength ? error[..MaxErrorLength] : error;
        }

        if (!string.Equals(report.Sha256, sha256, StringComparison.OrdinalIgnoreCase))
        {
            return "The edge reported a success with another SHA-256 than the model's.";
        }

        bool agrees = report.ProbeScore is not { } probe || Math.Abs(probe - expectedProbe) <= ProbeTolerance * Math.Max(1, Math.Abs(expectedProbe));
        return agrees ? null : FormattableString.Invariant($"The edge's runtime computes {report.ProbeScore} for the probe picture; {expectedProbe} is expected.");
    }
}
