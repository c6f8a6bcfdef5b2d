namespace Guardian.Models.Inference;

/// <summary>Puts a part of the score on the common scale: 0 for an ordinary normal frame, 1 at the limit beyond which it is anomalous.</summary>
/// <param name="Middle">The part's value on an ordinary normal frame.</param>
/// <param name="Limit">Above <paramref name="Middle"/>.</param>
internal sealed record ScoreScale(float Middle, float Limit)
{
    public float Of(float value) => (value - Middle) / (Limit - Middle);
}
