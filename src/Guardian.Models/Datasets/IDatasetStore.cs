namespace Guardian.Models;

/// <summary>Labelled frames per camera. Thread-safe.</summary>
public interface IDatasetStore
{
    /// <summary>Checks a snapshot by decoding it and stores it durably.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="cancellationToken">Gives up waiting; the snapshot may be stored nevertheless, sending it again is harmless.</param>
    /// <returns>What became of it. When it is stored, it survives a crash from here on.</returns>
    /// <exception cref="ModelException">The store failed, for example a full disk; nothing half-written stays.</exception>
    Task<SnapshotIntake> AddAsync(DatasetSnapshot snapshot, CancellationToken cancellationToken);

    /// <summary>How many snapshots of each label a camera has; labels without any are absent.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyDictionary<string, int>> CountsAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>A camera's snapshots of one label in capture order.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="label">The label.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<StoredSnapshot> EnumerateAsync(string cameraId, string label, CancellationToken cancellationToken);

    /// <summary>Reads a snapshot's JPEG file and checks it against its hash.</summary>
    /// <param name="snapshot">From <see cref="EnumerateAsync"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ModelException">The file is missing or is not what was stored.</exception>
    Task<ReadOnlyMemory<byte>> ReadAsync(StoredSnapshot snapshot, CancellationToken cancellationToken);
}
