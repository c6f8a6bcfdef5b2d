namespace Guardian.Analysis;

/// <summary>One reason of a risk score.</summary>
/// <param name="Name">Its stable snake_case name, such as <c>anomaly_strength</c>.</param>
/// <param name="Text">What it says, for people, with the numbers behind it.</param>
/// <param name="Points">What it adds; negative when it calms.</param>
public sealed record RiskFactor(string Name, string Text, double Points);
