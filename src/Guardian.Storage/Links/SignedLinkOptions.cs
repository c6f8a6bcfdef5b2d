namespace Guardian.Storage;

/// <summary>How signed links are made.</summary>
public sealed class SignedLinkOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Storage:Links";

    /// <summary>Folder of the keys, the node's alone. Its default is <c>links</c> in the archive's folder.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Longest time that a link is good for, its own or one that somebody else signed. Default 24 hours; 1 minute to 30 days.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate() =>
        MaxLifetime >= TimeSpan.FromMinutes(1) && MaxLifetime <= TimeSpan.FromDays(30) ? [] : [$"{Section}:{nameof(MaxLifetime)} must be from 1 minute to 30 days"];
}
