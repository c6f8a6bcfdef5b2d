using System.Runtime.CompilerServices;

namespace Guardian.Models;

/// <summary>Sources of training frames.</summary>
public static class TrainingImages
{
    /// <summary>Reads JPEG files one after the other, as they are needed.</summary>
    /// <param name="paths">Files in capture order.</param>
    /// <exception cref="IOException">While enumerating: a file cannot be read.</exception>
    public static IAsyncEnumerable<TrainingImage> FromFiles(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Read(paths, default);

        static async IAsyncEnumerable<TrainingImage> Read(IEnumerable<string> paths, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (string path in paths)
            {
                byte[] jpeg = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
                yield return new TrainingImage(Path.GetFileName(path), jpeg);
            }
        }
    }

    /// <summary>Reads a camera's stored snapshots of one label, in capture order.</summary>
    /// <param name="datasets">The store.</param>
    /// <param name="cameraId">The camera.</param>
    /// <param name="label">The label of normal frames. Default "normal".</param>
    public static IAsyncEnumerable<TrainingImage> FromDataset(IDatasetStore datasets, string cameraId, string label = "normal")
    {
        ArgumentNullException.ThrowIfNull(datasets);
        return Read(datasets, datasets.EnumerateAsync(cameraId, label, default), default);
    }

    /// <summary>Reads a dataset version's pictures of one label, in capture order: the same ones whatever comes in meanwhile.</summary>
    /// <param name="datasets">The store.</param>
    /// <param name="cameraId">The camera.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="label">The label of normal frames. Default "normal".</param>
    public static IAsyncEnumerable<TrainingImage> FromVersion(IDatasetStore datasets, string cameraId, int version, string label = "normal")
    {
        ArgumentNullException.ThrowIfNull(datasets);
        return Read(datasets, datasets.EnumerateVersionAsync(cameraId, version, label, default), default);
    }

    private static async IAsyncEnumerable<TrainingImage> Read(
        IDatasetStore datasets, IAsyncEnumerable<StoredSnapshot> snapshots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredSnapshot snapshot in snapshots.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            ReadOnlyMemory<byte> jpeg = await datasets.ReadAsync(snapshot, cancellationToken).ConfigureAwait(false);
            yield return new TrainingImage(snapshot.SnapshotId, jpeg);
        }
    }
}
