namespace Guardian.Tunnel;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Error">The beginning of what it wrote to its standard error, trimmed.</param>
internal sealed record ToolResult(int ExitCode, string Output, string Error);
