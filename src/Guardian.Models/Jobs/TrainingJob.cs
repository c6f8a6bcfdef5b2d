namespace Guardian.Models;

/// <summary>An order to train a model for a camera.</summary>
public sealed record TrainingJob
{
    /// <summary>The job's id, a UUID as text.</summary>
    public required string JobId { get; init; }

    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>Where it stands.</summary>
    public required TrainingJobState State { get; init; }

    /// <summary>When it was ordered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed, progress included.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How many times it was leased.</summary>
    public required int Attempts { get; init; }

    /// <summary>Jobs of a higher priority are leased first: -100 to 100.</summary>
    public int Priority { get; init; }

    /// <summary>The number of the dataset version that it trains on; null until that is decided.</summary>
    public int? DatasetVersion { get; init; }

    /// <summary>That version's hash, or null.</summary>
    public string? DatasetHash { get; init; }

    /// <summary>The last reported progress of the present attempt, or null.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>The model it made, or null.</summary>
    public string? ModelId { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; init; }
}
