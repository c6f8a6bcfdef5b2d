using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>What reconstruction errors are normal under each kind of light.</summary>
/// <remarks>
/// Centre and reach of each place come from all frames: what moves rarely has to have been seen at as many places as there are pictures of it. The limit is the larger one of
/// all frames and of those that the network was not fitted on, since it reconstructs the others a little better.
/// </remarks>
internal static class ReconstructionFit
{
    /// <summary>Two steps of an 8-bit pixel value: exposure and compression move by as much while nothing happens.</summary>
    private const float ReachFloor = 2f / 255;

    /// <summary>Fewer held-out frames of a condition say nothing by themselves.</summary>
    private const int MinHeldOut = 12;

    /// <param name="errors">Of all frames, row-major maps.</param>
    /// <param name="heldOut">Numbers of the frames that the network was not fitted on.</param>
    /// <param name="normality">Whose conditions they are judged by.</param>
    /// <param name="share">Of further normal frames that may be above the limit.</param>
    /// <returns>The norm of each condition, and each frame's score by the other frames' norm.</returns>
    public static (IReadOnlyList<ReconstructionNorm> Norms, IReadOnlyList<float> Scores) Of(
        float[][] errors, IReadOnlyList<int> heldOut, FittedNormality normality, double share)
    {
        float[] scores = new float[errors.Length];
        Array.Fill(scores, float.PositiveInfinity);
        HashSet<int> unseen = [.. heldOut];
        var norms = new List<ReconstructionNorm>();
        foreach (int[] members in normality.Members)
        {
            var norm = new NormFit([.. members.Select(i => errors[i])], normality.Model.Rows, normality.Model.Columns, ReachFloor);
            IReadOnlyList<float> parts = norm.LeaveOneOut(Part);
            float[] ofUnseen = [.. parts.Where((_, m) => unseen.Contains(members[m]))];
            ScoreScale scale = ScoreLimit.Of(parts, share);
            if (ofUnseen.Length >= MinHeldOut)
            {
                scale = scale with { Limit = Math.Max(scale.Limit, ScoreLimit.Of(ofUnseen, share).Limit) };
            }

            norms.Add(new ReconstructionNorm(norm.All(), scale));
            for (int m = 0; m < members.Length; m++)
            {
                scores[members[m]] = Math.Min(scores[members[m]], scale.Of(parts[m]));
            }
        }

        return (norms, scores);
    }

    /// <summary>The same that the graph computes.</summary>
    public static float Part(float[] z)
    {
        ReconstructionError.Stand(z);
        z.AsSpan().Sort();
        return (float)z.AsSpan(z.Length - MapParts.Strongest).ToArray().Average(v => (double)v);
    }
}
