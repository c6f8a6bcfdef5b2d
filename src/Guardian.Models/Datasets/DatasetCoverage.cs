namespace Guardian.Models;

/// <summary>What a camera's dataset shows, and what it lacks for a model that is worth its training.</summary>
public sealed record DatasetCoverage
{
    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>Pictures by label; labels without any are absent.</summary>
    public required IReadOnlyDictionary<string, int> Labels { get; init; }

    /// <summary>Pictures labelled normal by the hour of day they were taken in: 24 numbers, from midnight, in the time zone that was asked for.</summary>
    public required IReadOnlyList<int> Hours { get; init; }

    /// <summary>Pictures labelled normal by mean brightness: black to 20 %, to 40 %, to 60 %, to 80 %, to white. Those of unknown brightness are in none.</summary>
    public required IReadOnlyList<int> Brightness { get; init; }

    /// <summary>Pictures labelled normal that look like an earlier one.</summary>
    public required int NearDuplicates { get; init; }

    /// <summary>Days on which pictures labelled normal were taken.</summary>
    public required int Days { get; init; }

    /// <summary>When the first picture labelled normal was taken; null without any.</summary>
    public DateTimeOffset? First { get; init; }

    /// <summary>When the last one was taken; null without any.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>True when there are enough pictures for a model that is worth its training; <see cref="Missing"/> may still name what would make it better.</summary>
    public required bool IsWorthwhile { get; init; }

    /// <summary>What is missing, in sentences for people, the most important first; empty when nothing is.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}
