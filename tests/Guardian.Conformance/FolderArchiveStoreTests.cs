using Guardian.Storage;
using Guardian.Testing;

namespace Guardian.Conformance;

public sealed class FolderArchiveStoreTests : ArchiveStoreConformance
{
    private readonly TemporaryFolder _folder = new();

    private readonly FolderArchiveStore _store;

    public FolderArchiveStoreTests() => _store = new FolderArchiveStore(_folder.Path);

    protected override IArchiveStore Store => _store;

    [Fact]
    public void a_folder_in_use_is_refused_and_left_alone()
    {
        string writing = _folder.File(".incoming/being-written");
        File.WriteAllText(writing, "half");
        StorageException refused = Assert.Throws<StorageException>(() => new FolderArchiveStore(_folder.Path));
        Assert.Contains("another process", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(writing));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _store.Dispose();
        _folder.Dispose();
    }
}
