namespace Guardian.Models;

/// <summary>What came of trying a model.</summary>
/// <param name="Error">Why it is of no use; null when it loaded and ran.</param>
/// <param name="Outputs">Names of its outputs.</param>
/// <param name="ProbeScore">The score of the built-in probe picture when it is an anomaly model of this package's format; null else.</param>
public sealed record ModelProbeResult(string? Error, IReadOnlyList<string> Outputs, double? ProbeScore);
