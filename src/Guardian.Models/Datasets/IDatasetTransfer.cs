namespace Guardian.Models;

/// <summary>Datasets in and out, as ZIP files and folders; docs/datasets.md describes both. Thread-safe.</summary>
public interface IDatasetTransfer
{
    /// <summary>Imports a ZIP file. It is kept aside within bounds while it is read, never in memory as a whole.</summary>
    /// <param name="zip">The file, read once from its present place.</param>
    /// <param name="request">Where its pictures go.</param>
    /// <param name="cancellationToken">Ends the import between two pictures; those before stay.</param>
    /// <returns>What became of every file in it. Pictures that are reported as accepted survive a crash.</returns>
    /// <exception cref="ArgumentException">The request is malformed.</exception>
    /// <exception cref="ModelException">The store failed, for example a full disk. Importing again goes on where it ended.</exception>
    Task<DatasetImportReport> ImportZipAsync(Stream zip, DatasetImportRequest request, CancellationToken cancellationToken);

    /// <summary>Imports a folder of this machine. Links in it are not followed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="request">Where its pictures go.</param>
    /// <param name="cancellationToken">Ends the import between two pictures; those before stay.</param>
    /// <returns>What became of every file in it.</returns>
    /// <exception cref="ArgumentException">The request is malformed.</exception>
    /// <exception cref="ModelException">The folder cannot be read, or the store failed.</exception>
    Task<DatasetImportReport> ImportFolderAsync(string path, DatasetImportRequest request, CancellationToken cancellationToken);

    /// <summary>Writes a dataset as a ZIP file that imports again to the same version hash.</summary>
    /// <param name="request">What of it.</param>
    /// <param name="output">Where to; need not be seekable.</param>
    /// <param name="cancellationToken">Ends the export; what was written is then no whole file.</param>
    /// <returns>What was written. No pictures are no error: nothing is new.</returns>
    /// <exception cref="ModelException">There is no such version, or a picture cannot be read.</exception>
    Task<DatasetExport> ExportAsync(DatasetExportRequest request, Stream output, CancellationToken cancellationToken);
}
