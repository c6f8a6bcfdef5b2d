namespace Guardian.Storage;

/// <summary>Where the spool lives and what its bounds are.</summary>
public sealed class SealedArchiveOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Storage";

    /// <summary>Folder of the spool and the index. Required. Only one process may use it at a time.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Largest sealed object in bytes. Default 512 MiB; 1 KiB to 1 TiB.</summary>
    public long MaxObjectBytes { get; set; } = 512L << 20;

    /// <summary>
    /// Bytes that may wait in the spool. Default 10 GiB; at least <see cref="MaxObjectBytes"/>. When it is full, new objects are refused (<see cref="UploadRefusalReason.SpoolFull"/>); what was acknowledged is never dropped.
    /// </summary>
    public long MaxSpoolBytes { get; set; } = 10L << 30;

    /// <summary>Uploads at one time. Default 64; 1 to 4096.</summary>
    public int MaxConcurrentUploads { get; set; } = 64;

    /// <summary>Objects archived at one time. Default 4; 1 to 64.</summary>
    public int ArchiveParallelism { get; set; } = 4;

    /// <summary>Bytes between two flushes of an upload in progress: what an interrupted upload loses at the most. Default 8 MiB; 64 KiB to 1 GiB.</summary>
    public long CheckpointBytes { get; set; } = 8L << 20;

    /// <summary>An upload that nobody resumes for this long is dropped. Default 7 days; 1 minute to 365 days.</summary>
    public TimeSpan PartialExpiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>First wait after a failed attempt to archive; it doubles with each further one up to <see cref="MaxRetryDelay"/>, with ±20 % jitter. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two attempts. Default 5 minutes.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Failed attempts in a row after which the store counts as down: it is then left alone, except for one object that probes it after <see cref="RetryDelay"/>, twice that, and so on up to every 30 s. Default 5; 1 to 1000.
    /// </summary>
    public int StoreFailuresUntilDown { get; set; } = 5;

    /// <summary>Keys of which an object must have at least one among its recipients; empty (the default) accepts any.</summary>
    public IList<RecipientKeyId> RequiredRecipients { get; } = [];

    /// <summary>
    /// Connection string of a PostgreSQL database for the index, which several nodes may share; null (the default) keeps it in SQLite in <see cref="Directory"/>. It may hold a password, which no log or error repeats.
    /// </summary>
    public string? PostgresConnection { get; set; }

    /// <summary>Sealed bytes that all cameras together may use: clips, snapshots and metadata, in spool and archive. Null (the default) is without limit; at least 1.</summary>
    public long? MaxTotalBytes { get; set; }

    /// <summary>Sealed bytes that each camera may use, unless <see cref="Cameras"/> says otherwise. Null (the default) is without limit; at least 1.</summary>
    public long? MaxCameraBytes { get; set; }

    /// <summary>Share of a quota from which on a warning is given. Default 0.8; above 0 and up to 1.</summary>
    public double QuotaWarning { get; set; } = 0.8;

    /// <summary>What happens when a quota is full. Default <see cref="QuotaPolicy.Refuse"/>.</summary>
    public QuotaPolicy WhenQuotaFull { get; set; }

    /// <summary>How long objects are kept, unless <see cref="Cameras"/> says otherwise. Default: for ever.</summary>
    public RetentionRule Retention { get; set; } = new();

    /// <summary>Quota and retention of single cameras, by id.</summary>
    public IDictionary<string, CameraPolicy> Cameras { get; } = new Dictionary<string, CameraPolicy>(StringComparer.Ordinal);

    /// <summary>The hour of the day, UTC, at which the index is held against the store's own listing. Default 3; 0 to 23, or null for never.</summary>
    public int? ReconcileHour { get; set; } = 3;

    /// <summary>How the evidence log is kept. Its folder is <c>evidence</c> in <see cref="Directory"/> unless it names another.</summary>
    public EvidenceOptions Evidence { get; } = new();

    /// <summary>How links to single objects are made.</summary>
    public SignedLinkOptions Links { get; } = new();

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{Section}:{key} {rule}");
            }
        }

        Check(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), "must name a folder");
        Check(MaxObjectBytes is >= 1 << 10 and <= 1L << 40, nameof(MaxObjectBytes), "must be from 1024 to 1099511627776");
        Check(MaxSpoolBytes >= MaxObjectBytes, nameof(MaxSpoolBytes), "must be at least MaxObjectBytes");
        Check(MaxConcurrentUploads is >= 1 and <= 4096, nameof(MaxConcurrentUploads), "must be from 1 to 4096");
        Check(ArchiveParallelism is >= 1 and <= 64, nameof(ArchiveParallelism), "must be from 1 to 64");
        Check(CheckpointBytes is >= 64 << 10 and <= 1L << 30, nameof(CheckpointBytes), "must be from 65536 to 1073741824");
        Check(PartialExpiry >= TimeSpan.FromMinutes(1) && PartialExpiry <= TimeSpan.FromDays(365), nameof(PartialExpiry), "must be from 1 minute to 365 days");
        Check(RetryDelay > TimeSpan.Zero && RetryDelay <= MaxRetryDelay, nameof(RetryDelay), "must be positive and at most MaxRetryDelay");
        Check(MaxRetryDelay <= TimeSpan.FromDays(1), nameof(MaxRetryDelay), "must be at most 1 day");
        Check(StoreFailuresUntilDown is >= 1 and <= 1000, nameof(StoreFailuresUntilDown), "must be from 1 to 1000");
        Check(MaxTotalBytes is null or >= 1, nameof(MaxTotalBytes), "must be at least 1");
        Check(MaxCameraBytes is null or >= 1, nameof(MaxCameraBytes), "must be at least 1");
        Check(QuotaWarning is > 0 and <= 1, nameof(QuotaWarning), "must be above 0 and at most 1");
        Check(Enum.IsDefined(WhenQuotaFull), nameof(WhenQuotaFull), "must be Refuse or DeleteOldest");
        Check(ReconcileHour is null or (>= 0 and <= 23), nameof(ReconcileHour), "must be from 0 to 23");
        errors.AddRange(Retention.Validate($"{Section}:{nameof(Retention)}"));
        foreach ((string camera, CameraPolicy policy) in Cameras)
        {
            Check(policy.MaxBytes is null or >= 1, $"{nameof(Cameras)}:{camera}:{nameof(CameraPolicy.MaxBytes)}", "must be at least 1");
            errors.AddRange(policy.Retention?.Validate($"{Section}:{nameof(Cameras)}:{camera}:{nameof(CameraPolicy.Retention)}") ?? []);
        }

        errors.AddRange(EvidenceWithDirectory().Validate());
        errors.AddRange(Links.Validate());
        return errors;
    }

    internal long? LimitOf(string cameraId) => Cameras.TryGetValue(cameraId, out CameraPolicy? policy) && policy.MaxBytes is { } own ? own : MaxCameraBytes;

    internal RetentionRule RetentionOf(string cameraId) => Cameras.TryGetValue(cameraId, out CameraPolicy? policy) && policy.Retention is { } own ? own : Retention;

    internal EvidenceOptions EvidenceWithDirectory() => new()
    {
        Directory = Evidence.Directory.Length > 0 ? Evidence.Directory : Path.Combine(Directory, "evidence"),
        Interval = Evidence.Interval,
        BatchSize = Evidence.BatchSize,
        PublishDirectory = Evidence.PublishDirectory,
    };

    internal SignedLinkOptions LinksWithDirectory() => new()
    {
        Directory = Links.Directory.Length > 0 ? Links.Directory : Path.Combine(Directory, "links"),
        MaxLifetime = Links.MaxLifetime,
    };
}
