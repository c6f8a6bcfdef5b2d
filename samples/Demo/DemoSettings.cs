namespace Guardian.Demo;

/// <summary>What the command line says.</summary>
internal sealed record DemoSettings(bool Once, string? Video, string? Data, int Port, string? Report, bool WireGuard);
