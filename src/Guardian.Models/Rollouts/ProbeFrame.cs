namespace Guardian.Models;

/// <summary>A picture of the camera and the score that the node computes for it: what an edge computes must agree.</summary>
/// <param name="Jpeg">The picture.</param>
/// <param name="Score">Its score on the node.</param>
public sealed record ProbeFrame(ReadOnlyMemory<byte> Jpeg, double Score);
