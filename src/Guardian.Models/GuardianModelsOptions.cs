namespace Guardian.Models;

/// <summary>Where datasets and models are kept, and how much of them.</summary>
public sealed class GuardianModelsOptions
{
    /// <summary>Where a host binds these options from its configuration.</summary>
    public const string Section = "Guardian:Models";

    /// <summary>The folder of models.db, datasets/ and models/. Required; created if absent, readable by its owner only. Several processes may have it open.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Snapshots kept per camera, all labels together: 1 to 1000000. Default 5000.</summary>
    public int MaxSnapshotsPerCamera { get; set; } = 5000;

    /// <summary>Bytes of JPEG files kept per camera: 1 MiB to 1 TiB. Default 2 GiB.</summary>
    public long MaxSnapshotBytesPerCamera { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Bytes of JPEG files kept of all cameras together: 1 MiB to 16 TiB. Default 64 GiB.</summary>
    public long MaxSnapshotBytes { get; set; } = 64L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many of the 64 bits of two pictures' perceptual hashes may differ for the later one to be marked as a near duplicate: 0 to 16. Default 0, because the
    /// pictures of a fixed camera are all alike.
    /// </summary>
    public int NearDuplicateDistance { get; set; }

    /// <summary>Refuses near duplicates instead of marking them. Default false.</summary>
    public bool RefuseNearDuplicates { get; set; }

    /// <summary>Dataset versions kept per camera by the clean-up, 1 to 1000. Default 10.</summary>
    public int KeptVersions { get; set; } = 10;

    /// <summary>Days after its arrival that the clean-up takes a picture out of its dataset: 1 to 36500, or null (the default) for never.</summary>
    public int? SnapshotDays { get; set; }

    /// <summary>Trainings that run at the same time, 1 to 64. Default 1.</summary>
    public int MaxTrainings { get; set; } = 1;

    /// <summary>Limits of imported ZIP files and folders.</summary>
    public DatasetImportLimits Import { get; } = new();

    /// <summary>Bytes of model files kept, all together: 1 MiB to 16 TiB. Default 20 GiB.</summary>
    public long MaxModelBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>Bytes of model files kept per camera, and per name of base models: 1 MiB to 1 TiB. Default 1 GiB.</summary>
    public long MaxModelBytesPerCamera { get; set; } = 1024L * 1024 * 1024;

    /// <summary>The newest models of each camera and name that a clean-up never looks at: 1 to 1000. Default 5.</summary>
    public int KeepModelsPerCamera { get; set; } = 5;
}
