namespace Guardian.Models;

/// <summary>A model that is put into the catalog: a file with what is known about it.</summary>
public sealed record NewModel
{
    /// <summary>The camera it is for; null for a base model, which any camera may use.</summary>
    public string? CameraId { get; init; }

    /// <summary>For people, 1 to 200 characters. Of a base model it is also the name of its series of versions.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of model: "autoencoder", "detector", … 1 to 32 of a-z 0-9 _ -.</summary>
    public required string ModelType { get; init; }

    /// <summary>Its version; null for the next one of its series.</summary>
    public ModelVersion? Version { get; init; }

    /// <summary>What it needs of a machine.</summary>
    public required ModelRequirements Requirements { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ModelLineage Lineage { get; init; }

    /// <summary>The score of the built-in probe picture (<see cref="ModelScorer.ScoreProbe"/>); null for a model that gives none.</summary>
    public double? ProbeScore { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A JSON object with what its maker says about it, up to 64 KiB; it becomes part of metadata.json. Null for nothing.</summary>
    public string? DescriptionJson { get; init; }
}
