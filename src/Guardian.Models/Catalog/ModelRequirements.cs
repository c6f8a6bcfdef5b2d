namespace Guardian.Models;

/// <summary>What a model needs of the machine that runs it; compared with <see cref="EdgeRuntime"/> before an edge is chosen.</summary>
public sealed record ModelRequirements
{
    /// <summary>Operator set of the default domain, from 1.</summary>
    public required int Opset { get; init; }

    /// <summary>The least version of ONNX Runtime, such as "1.16"; null when any will do that has the operator set.</summary>
    public string? MinimumRuntime { get; init; }

    /// <summary>Bytes of memory while it scores, estimated; 0 when not known.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Width of its input in pixels; null when it takes any.</summary>
    public int? InputWidth { get; init; }

    /// <summary>Height of its input in pixels; null when it takes any.</summary>
    public int? InputHeight { get; init; }
}
