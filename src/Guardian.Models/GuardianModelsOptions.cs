namespace Guardian.Models;

/// <summary>Where datasets and models are kept, and how much of them.</summary>
public sealed class GuardianModelsOptions
{
    /// <summary>The folder of models.db, datasets/ and models/. Required; created if absent, readable by its owner only. One process at a time.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Snapshots kept per camera, all labels together: 1 to 1000000. Default 5000.</summary>
    public int MaxSnapshotsPerCamera { get; set; } = 5000;

    /// <summary>Bytes of JPEG files kept per camera: 1 MiB to 1 TiB. Default 2 GiB.</summary>
    public long MaxSnapshotBytesPerCamera { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Bytes of model files kept, all together: 1 MiB to 16 TiB. Default 20 GiB.</summary>
    public long MaxModelBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>Bytes of model files kept per camera, and per name of base models: 1 MiB to 1 TiB. Default 1 GiB.</summary>
    public long MaxModelBytesPerCamera { get; set; } = 1024L * 1024 * 1024;

    /// <summary>The newest models of each camera and name that a clean-up never looks at: 1 to 1000. Default 5.</summary>
    public int KeepModelsPerCamera { get; set; } = 5;
}
