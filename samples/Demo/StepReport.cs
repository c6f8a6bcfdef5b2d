namespace Guardian.Demo;

/// <summary>One step of the story, as <c>--report</c> writes it.</summary>
internal sealed record StepReport(string Name, bool Ok, double Seconds, string Detail);
