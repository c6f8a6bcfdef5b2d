using Guardian.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Storage.Tests.Index;

/// <summary>An archive on a clock that the test moves, with its index in the database that the test names.</summary>
public sealed class ArchiveRules(PostgresServer postgres) : IAsyncDisposable
{
    public static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();

    internal SealedArchive Archive { get; private set; } = null!;

    internal BreakableStore Store { get; private set; } = null!;

    internal SealedArchiveOptions Options { get; private set; } = null!;

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    public string Spool => _folder.File("data/spool");

    public string IndexFile => _folder.File("data/objects.db");

    public async Task OpenAsync(string database, Action<SealedArchiveOptions>? configure = null)
    {
        Options = new SealedArchiveOptions
        {
            Directory = _folder.File("data"),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            PostgresConnection = database == IndexDatabases.Postgres ? await postgres.CreateDatabaseAsync() : null,
        };
        configure?.Invoke(Options);
        Store = new BreakableStore(new FolderArchiveStore(_folder.File("archive")));
        await ReopenAsync();
    }

    public async Task ReopenAsync()
    {
        if (Archive is not null)
        {
            await Archive.DisposeAsync();
        }

        Archive = new SealedArchive(Options, Store, Time, NullLogger<SealedArchive>.Instance);
        await Archive.RecoverAsync(None);
    }

    /// <summary>An object of about this many bytes.</summary>
    public async Task<UploadOutcome> StoreAsync(string camera, int bytes = 1000, Guid? eventId = null, string name = "clip.mp4") =>
        await Archive.StoreAsync(new SealedObjectId(eventId ?? Guid.NewGuid(), name), camera, await Sample.SealAsync(Sample.Bytes(bytes)), None);

    /// <summary>The same, archived.</summary>
    public async Task<SealedObjectInfo> ArchiveAsync(string camera, int bytes = 1000, Guid? eventId = null, string name = "clip.mp4")
    {
        UploadOutcome outcome = await StoreAsync(camera, bytes, eventId, name);
        Assert.Null(outcome.Refusal);
        await Archive.ArchiveDueAsync(None);
        return (await Archive.GetAsync(outcome.Stored!.Id, None))!;
    }

    public async Task<CameraUsage> UsageAsync(string? camera) => (await Archive.Register.GetUsageAsync(None)).Single(u => u.CameraId == camera);

    /// <summary>Bytes in the archive's folder of a camera.</summary>
    public long Archived(string camera)
    {
        string folder = _folder.File($"archive/{BucketName.ForCamera(camera)}/events");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) : 0;
    }

    public string FileOf(SealedObjectInfo info) => _folder.File($"archive/{info.Bucket}/{info.Key}");

    public async ValueTask DisposeAsync()
    {
        if (Archive is not null)
        {
            await Archive.DisposeAsync();
        }

        _folder.Dispose();
    }
}
