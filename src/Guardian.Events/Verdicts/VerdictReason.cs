namespace Guardian.Events;

/// <summary>One factor of a verdict, in words and numbers.</summary>
/// <param name="Factor">The factor's stable name, such as <c>anomaly_score</c>.</param>
/// <param name="Text">What it says, for people.</param>
/// <param name="Points">What it adds to the score; negative when it calms.</param>
public sealed record VerdictReason(string Factor, string Text, double Points);
