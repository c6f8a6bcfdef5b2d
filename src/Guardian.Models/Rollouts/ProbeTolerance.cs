namespace Guardian.Models;

/// <summary>How far an edge's scores may be from the node's.</summary>
public static class ProbeTolerance
{
    /// <summary>
    /// 0.02: of the expected score, and of 1 where the score is smaller. Runtimes round differently in the last digits and decoders of JPEG by one brightness step; a wrong preprocessing or a wrong operator is off
    /// by far more.
    /// </summary>
    public const double Relative = 0.02;

    /// <summary>Whether a score agrees with the expected one.</summary>
    /// <param name="expected">The node's.</param>
    /// <param name="computed">The edge's.</param>
    public static bool Agrees(double expected, double computed) => Math.Abs(computed - expected) <= Relative * Math.Max(1, Math.Abs(expected));
}
