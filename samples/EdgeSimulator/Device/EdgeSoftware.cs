namespace Guardian.EdgeSimulator.Device;

/// <summary>What the simulator calls itself.</summary>
internal static class EdgeSoftware
{
    public const string Name = "Guardian EdgeSimulator";
}
