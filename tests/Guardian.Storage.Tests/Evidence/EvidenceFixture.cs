using System.Security.Cryptography;
using Guardian.Testing;

namespace Guardian.Storage.Tests.Evidence;

/// <summary>A log in a folder of its own, and an event with sealed objects that went through it.</summary>
internal sealed class EvidenceFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, byte[]> _objects = [];

    private readonly TimeProvider? _clock;

    private EvidenceFixture(TimeProvider? clock)
    {
        _clock = clock;
        Database = Open();
    }

    public static Guid EventId { get; } = Guid.Parse("6f1c2a53-2f7a-4e0d-9d53-0d2b1c4a7e11");

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public StorageDatabase Database { get; private set; }

    public EvidenceOptions Options => new() { Directory = _folder.File("evidence"), BatchSize = BatchSize, PublishDirectory = _folder.File("published") };

    public int BatchSize { get; init; }

    public EvidenceLog Log { get; private set; } = null!;

    public List<SealedObjectInfo> Objects { get; } = [];

    public string FileOf(string name) => _folder.File(name);

    public static async Task<EvidenceFixture> CreateAsync(TimeProvider? time = null, int batchSize = 7, Func<EvidenceFixture, Task>? before = null)
    {
        var fixture = new EvidenceFixture(time) { BatchSize = batchSize };
        if (before is not null)
        {
            await before(fixture);
        }

        fixture.Log = await EvidenceLog.OpenAsync(fixture.Database, fixture.Options, time ?? fixture.Time);
        return fixture;
    }

    /// <summary>As after the end of the process.</summary>
    public async Task ReopenAsync()
    {
        await Log.DisposeAsync();
        await Database.DisposeAsync();
        Database = Open();
        Log = await EvidenceLog.OpenAsync(Database, Options, _clock ?? Time);
    }

    public Task QueueAsync(params EvidenceRecord[] records) => Database.WriteAsync(
        c =>
        {
            foreach (EvidenceRecord record in records)
            {
                EvidenceQueue.Append(c, record);
            }
        },
        CancellationToken.None);

    public Task QueueAsync(EvidenceKind kind, string what, SealedObjectInfo info) =>
        Database.WriteAsync(c => ObjectEvidence.Append(c, kind, what, Time.GetUtcNow(), info, reason: "test"), CancellationToken.None);

    /// <summary>An object that was accepted, archived and read.</summary>
    public async Task<SealedObjectInfo> AddAsync(string name, int size, Guid? of = null)
    {
        SealedObjectInfo info = await AddBytesAsync(name, size, of);
        await QueueAsync(EvidenceKind.Acceptance, "accepted", info);
        await QueueAsync(EvidenceKind.Archive, "archived", info);
        await Log.RecordAccessAsync(info.Id, "anna", null, CancellationToken.None);
        return info;
    }

    /// <summary>An object that the log was not told of.</summary>
    public async Task<SealedObjectInfo> AddBytesAsync(string name, int size, Guid? of = null)
    {
        byte[] bytes = await Sample.SealAsync(Sample.Bytes(size));
        var id = new SealedObjectId(of ?? EventId, name);
        var info = new SealedObjectInfo
        {
            Id = id,
            CameraId = "front",
            Bucket = BucketName.ForCamera("front"),
            Key = ObjectKey.ForEvent(id.EventId, name),
            Status = SealedObjectStatus.Completed,
            Size = bytes.Length,
            Sha256 = SHA256.HashData(bytes),
            ContentType = "video/mp4",
            CreatedAt = Time.GetUtcNow(),
        };
        _objects[id.ToString()] = bytes;
        Objects.Add(info);
        return info;
    }

    public async Task<byte[]> ExportAsync()
    {
        using var output = new MemoryStream();
        Assert.True(await EvidenceExport.WriteAsync(Log, EventId, "ben", _ => [.. Objects.Where(o => o.Id.EventId == EventId)], Read, output, CancellationToken.None));
        return output.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    private Task<ArchiveRead?> Read(SealedObjectInfo info, CancellationToken cancellationToken)
    {
        byte[] bytes = _objects[info.Id.ToString()];
        return Task.FromResult<ArchiveRead?>(new ArchiveRead(new MemoryStream(bytes), bytes.Length, bytes.Length));
    }

    private SqliteStorageDatabase Open() => new(_folder.File("log.db"));
}
