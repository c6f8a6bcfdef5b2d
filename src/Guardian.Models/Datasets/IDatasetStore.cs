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

    /// <summary>Every camera's dataset in figures, in the order of their ids.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<DatasetSummary>> ListAsync(CancellationToken cancellationToken);

    /// <summary>What a camera's dataset shows and what it lacks.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="required">Normal pictures from which training is worthwhile, 1 to 1000000.</param>
    /// <param name="zone">The camera's time zone, for the hours of the day; null is UTC.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<DatasetCoverage> CoverageAsync(string cameraId, int required, TimeZoneInfo? zone, CancellationToken cancellationToken);

    /// <summary>Makes what the dataset is now a version. While nothing has changed since an earlier version, that one is returned.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Gives up waiting; the version may be made nevertheless.</param>
    /// <exception cref="ModelException">The camera has no pictures.</exception>
    Task<DatasetVersion> CreateVersionAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>A camera's versions, newest first.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<DatasetVersion>> ListVersionsAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>A version's pictures in capture order.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="version">Its <see cref="DatasetVersion.Number"/>.</param>
    /// <param name="label">Only those of this label; null for all.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<StoredSnapshot> EnumerateVersionAsync(string cameraId, int version, string? label, CancellationToken cancellationToken);

    /// <summary>The pictures that arrived after a cursor, in the order of arrival; zero for all.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cursor">A <see cref="DatasetVersion.Cursor"/> or <see cref="StoredSnapshot.Sequence"/>.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<StoredSnapshot> EnumerateSinceAsync(string cameraId, long cursor, CancellationToken cancellationToken);

    /// <summary>Takes pictures out of a camera's dataset. What a version holds stays in that version.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="snapshotIds">Their ids; unknown ones are passed over.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were taken out.</returns>
    Task<int> RemoveAsync(string cameraId, IReadOnlyCollection<string> snapshotIds, CancellationToken cancellationToken);

    /// <summary>
    /// Removes old versions and the pictures that neither the dataset nor a version holds any more. Kept are the newest versions
    /// (<see cref="GuardianModelsOptions.KeptVersions"/>), those of jobs that are open, and of each camera the newest that a catalogued model was trained on.
    /// </summary>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    Task<DatasetCleanUp> CleanUpAsync(CancellationToken cancellationToken);
}
