using System.Text.Json;

namespace Guardian.ReferenceHost.Composition;

/// <summary>Where a running node listens, as a file in its data folder for the operator's commands.</summary>
internal sealed record NodeInfo(string ApiAddress, string EdgeAddress, string EnrollmentAddress, int ProcessId, string? WireGuardEndpoint = null)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static NodeInfo? Read(string file) => File.Exists(file) ? JsonSerializer.Deserialize<NodeInfo>(File.ReadAllText(file), Json) : null;

    public void Write(string file)
    {
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(this, Json) + "\n");
        File.Move(file + ".new", file, overwrite: true);
    }
}
