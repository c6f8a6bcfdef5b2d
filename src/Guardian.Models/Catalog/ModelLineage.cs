namespace Guardian.Models;

/// <summary>Where a model comes from: what it takes to make it again.</summary>
public sealed record ModelLineage
{
    /// <summary>The dataset's version, or the fingerprint of the frames; null when it is not known. Up to 200 characters.</summary>
    public string? DatasetVersion { get; init; }

    /// <summary>The model that the training began from; null for a training from nothing.</summary>
    public string? ParentModelId { get; init; }

    /// <summary>What trained it, in words, such as "autoencoder", or where a file was imported from. Up to 200 characters.</summary>
    public string? Trainer { get; init; }

    /// <summary>Version of the code that trained it. Up to 200 characters.</summary>
    public string? CodeVersion { get; init; }

    /// <summary>The training's settings as JSON; null when not known. Up to 64 KiB.</summary>
    public string? HyperparametersJson { get; init; }

    /// <summary>What the training measured, as JSON; null when not known. Up to 64 KiB.</summary>
    public string? MetricsJson { get; init; }
}
