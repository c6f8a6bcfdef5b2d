using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>What reconstruction errors are normal under each kind of light, from frames that the network was not fitted on.</summary>
internal static class ReconstructionFit
{
    /// <summary>One step of an 8-bit pixel value is 1/255; a reach far below it is rounding, not a property of the scene.</summary>
    private const float ReachFloor = 0.5f / 255;

    /// <summary>A condition with fewer held-out frames is judged by those of all.</summary>
    private const int MinFrames = 12;

    /// <param name="errors">Of the held-out frames, row-major maps.</param>
    /// <param name="heldOut">Their numbers among all frames.</param>
    /// <param name="normality">Whose conditions they are judged by.</param>
    /// <param name="share">Of further normal frames that may be above the limit.</param>
    /// <returns>The norm of each condition, and each held-out frame's score by the other frames' norm.</returns>
    public static (IReadOnlyList<ReconstructionNorm> Norms, IReadOnlyList<float> Scores) Of(
        float[][] errors, IReadOnlyList<int> heldOut, NormalityFit normality, double share)
    {
        float[] scores = new float[errors.Length];
        Array.Fill(scores, float.PositiveInfinity);
        var norms = new List<ReconstructionNorm>();
        foreach (int[] members in normality.Members)
        {
            int[] among = [.. Enumerable.Range(0, errors.Length).Where(i => Array.BinarySearch(members, heldOut[i]) >= 0)], judges = among.Length >= MinFrames ? among : [.. Enumerable.Range(0, errors.Length)];
            var norm = new NormFit([.. judges.Select(i => errors[i])], normality.Model.Rows, normality.Model.Columns, ReachFloor);
            IReadOnlyList<float> parts = norm.LeaveOneOut(Part);
            ScoreScale scale = ScoreLimit.Of(parts, share);
            norms.Add(new ReconstructionNorm(norm.All(), scale));
            foreach (int i in among)
            {
                scores[i] = Math.Min(scores[i], scale.Of(parts[Array.IndexOf(judges, i)]));
            }
        }

        return (norms, scores);
    }

    /// <summary>The same that the graph computes.</summary>
    private static float Part(float[] z)
    {
        ReconstructionError.Stand(z);
        z.AsSpan().Sort();
        return (float)z.AsSpan(z.Length - MapParts.Strongest).ToArray().Average(v => (double)v);
    }
}
