namespace Guardian.Models;

/// <summary>Takes model files of strangers into the catalog, such as YOLO files for detection. Thread-safe.</summary>
public interface IModelImporter
{
    /// <summary>
    /// Checks a file and puts it into the catalog. Its bytes are read with a bound on everything before any runtime sees them: no data outside the file, no graphs inside nodes, known operators alone, and every value's size followed
    /// from the inputs. Then <see cref="IModelProbe"/> loads and runs it once, where it cannot hurt.
    /// </summary>
    /// <param name="import">What it is said to be.</param>
    /// <param name="onnx">The file, read to its end; up to 512 MiB.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    /// <returns>The model, or why it is not taken. A file that is refused leaves nothing behind.</returns>
    /// <exception cref="ArgumentException">What it is said to be is outside its bounds.</exception>
    /// <exception cref="ModelException">The version is taken, a quota is met, or the store failed.</exception>
    Task<ModelImportOutcome> ImportAsync(ModelImport import, Stream onnx, CancellationToken cancellationToken);
}
