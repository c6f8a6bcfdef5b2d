using System.Text.Json;

namespace Guardian.EdgeSimulator.Story;

/// <summary>What the edge reports while it runs: lines for people, or one JSON object a line for a program.</summary>
internal sealed class StoryOutput(bool json)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A step of the story is done.</summary>
    public void Step(string name, bool ok, string detail, object? data = null) =>
        Write(new { step = name, ok, detail, data }, $"{(ok ? "ok  " : "FAIL")} {name,-14} {detail}");

    /// <summary>Part of a long step is done.</summary>
    public void Progress(string name, long done, long total) => Write(new { progress = name, done, total }, $"     {name,-14} {done}/{total}");

    private void Write(object line, string text) => Console.WriteLine(json ? JsonSerializer.Serialize(line, Json) : text);
}
