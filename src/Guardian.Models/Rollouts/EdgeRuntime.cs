namespace Guardian.Models;

/// <summary>What an edge says it can run. What it does not say is not held against a model.</summary>
public sealed record EdgeRuntime
{
    /// <summary>Name and version of what runs models, such as "ONNX Runtime 1.29.0"; up to 100 characters.</summary>
    public string? Runtime { get; init; }

    /// <summary>Its version alone, such as "1.29.0", to compare with <see cref="ModelRequirements.MinimumRuntime"/>.</summary>
    public string? Version { get; init; }

    /// <summary>The newest operator set of the default domain that it knows.</summary>
    public int? MaxOpset { get; init; }

    /// <summary>Bytes of memory that models may take.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Bytes of the largest model file that it takes.</summary>
    public long? MaxModelBytes { get; init; }

    /// <summary>The longest side of an input in pixels that it can compute in time.</summary>
    public int? MaxInputSide { get; init; }
}
