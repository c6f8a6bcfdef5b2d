namespace Guardian.Analysis;

/// <summary>Where the baseline lives, which clock the cameras live by, and the bounds of an analysis.</summary>
public sealed class AnalysisOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Analysis";

    /// <summary>The SQLite file of the baseline. Required by <see cref="SqliteBaselineStore"/>; made when it is not there.</summary>
    public string BaselinePath { get; set; } = "";

    /// <summary>
    /// The time zone of the cameras as an IANA name such as <c>Europe/Berlin</c>; hours of the day are counted in it. Default <c>UTC</c>.
    /// What has been counted stays in the zone it was counted in, so choose it before the first observation.
    /// </summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Frames of one event that are taken. Default 32; 1 to 256.</summary>
    public int MaxFrames { get; set; } = 32;

    /// <summary>
    /// Events analysed at one time; further ones wait. A frame of 36 megapixels takes 108 MB while it is looked at. Default 2; 1 to 64.
    /// </summary>
    public int MaxConcurrentAnalyses { get; set; } = 2;

    /// <summary>Frames a camera's baseline may observe; each leaves its id behind for good. Default 200 000; 100 to 10 000 000.</summary>
    public long MaxBaselineFrames { get; set; } = 200_000;

    /// <summary>A cell belongs to a region from this multiple of the model's threshold on. Default 1; 0.25 to 10.</summary>
    public double RegionLevel { get; set; } = 1;

    /// <summary>
    /// Smallest region as a share of the map's cells. Default 0.001, which is 4 of 56×56 cells. 0 to 0.5.
    /// </summary>
    public double MinRegionShare { get; set; } = 0.001;

    /// <summary>Regions of one frame that are reported, those with the highest peaks. Default 32; 1 to 256.</summary>
    public int MaxRegions { get; set; } = 32;

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate() =>
        string.IsNullOrWhiteSpace(BaselinePath) ? [$"{Section}:{nameof(BaselinePath)} must name a file", .. ValidateAnalysis()] : ValidateAnalysis();

    /// <summary>As <see cref="Validate"/>, for parts that work on any <see cref="IBaselineStore"/>.</summary>
    internal List<string> ValidateAnalysis()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{Section}:{key} {rule}");
            }
        }

        Check(TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone ?? "", out _), nameof(TimeZone), "must be a time zone that this system knows, such as UTC or Europe/Berlin");
        Check(MaxFrames is >= 1 and <= 256, nameof(MaxFrames), "must be from 1 to 256");
        Check(MaxConcurrentAnalyses is >= 1 and <= 64, nameof(MaxConcurrentAnalyses), "must be from 1 to 64");
        Check(MaxBaselineFrames is >= 100 and <= 10_000_000, nameof(MaxBaselineFrames), "must be from 100 to 10000000");
        Check(RegionLevel is >= 0.25 and <= 10, nameof(RegionLevel), "must be from 0.25 to 10");
        Check(MinRegionShare is >= 0 and <= 0.5, nameof(MinRegionShare), "must be from 0 to 0.5");
        Check(MaxRegions is >= 1 and <= 256, nameof(MaxRegions), "must be from 1 to 256");
        return errors;
    }

    internal TimeZoneInfo GetTimeZone() => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    internal static AnalysisOptions Checked(AnalysisOptions? options)
    {
        options ??= new AnalysisOptions();
        return options.ValidateAnalysis() is { Count: > 0 } errors ? throw new ArgumentException(string.Join("; ", errors), nameof(options)) : options;
    }
}
