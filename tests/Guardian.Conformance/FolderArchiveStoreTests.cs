using Guardian.Storage;
using Guardian.Testing;

namespace Guardian.Conformance;

public sealed class FolderArchiveStoreTests : ArchiveStoreConformance
{
    private readonly TemporaryFolder _folder = new();

    public FolderArchiveStoreTests() => Store = new FolderArchiveStore(_folder.Path);

    protected override IArchiveStore Store { get; }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Dispose();
    }
}
