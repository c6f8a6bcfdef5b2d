namespace Guardian.Models;

/// <summary>Bounds of what is imported at once. A single picture is bounded as <see cref="DatasetSnapshot.Jpeg"/> says.</summary>
public sealed class DatasetImportLimits
{
    /// <summary>Bytes of a ZIP file: 1 MiB to 4 GiB less one. Default 2 GiB. It waits in the models folder while it is read.</summary>
    public long MaxZipBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Bytes of all files of a ZIP file or folder together, unpacked: 1 MiB to 1 TiB. Default 4 GiB.</summary>
    public long MaxUnpackedBytes { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Files and folders in a ZIP file or folder: 1 to 60000. Default 20000.</summary>
    public int MaxEntries { get; set; } = 20_000;
}
