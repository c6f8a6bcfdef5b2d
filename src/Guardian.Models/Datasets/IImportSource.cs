namespace Guardian.Models.Datasets;

/// <summary>What is imported from.</summary>
internal interface IImportSource
{
    /// <summary>Its files; folders are left out.</summary>
    IReadOnlyList<ImportFile> Files { get; }

    /// <summary>Reads one of <see cref="Files"/> that has no fault and at most <paramref name="maxBytes"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged or larger; the message says so.</exception>
    byte[] Read(ImportFile file, int maxBytes);
}
