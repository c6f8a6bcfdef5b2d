using System.Security.Cryptography;
using System.Text;
using Guardian.Testing;

namespace Guardian.Storage.Tests;

/// <summary>
/// Identifiers against those that others gave to the same bytes: the published ones are IPFS's own (kubo's gateway fixtures and the empty file); the others were made with
/// ipfs-unixfs-importer 15 (chunks of 262144 bytes, raw leaves, 174 links), which is a second implementation of the same rules.
/// </summary>
public sealed class CidTests
{
    private const int Chunk = 262_144;

    [Theory]
    [InlineData("", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    [InlineData("Hello IPFS\n", "bafkreidfdrlkeq4m4xnxuyx6iae76fdm4wgl5d4xzsb77ixhyqwumhz244")]
    public void published_identifiers_come_out(string text, string cid) => Assert.Equal(cid, CidOf(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(0, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", 0)]
    [InlineData(1, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu", 1)]
    [InlineData(Chunk - 1, "bafkreid45rceq2rkdjbkcgnhuxn6jj4gi3kplfu3fmkit6eujauukxcbqq", 262143)]
    [InlineData(Chunk, "bafkreietseox7mbu3i3vb7ros2unfux4aqryzvgytw7scpl5juzn65javy", 262144)]
    [InlineData(Chunk + 1, "bafybeicarijnsigalc3woij7tzom3zac4t3q3vof6dncq4leb4qym7upzy", 262249)]
    [InlineData(2 * Chunk, "bafybeifxjeigkv2l7dpybflak5jb5ylqsknmhux5zsfan3xhbhlqeop3ji", 524396)]
    [InlineData(174 * Chunk, "bafybeiefvmmyithfqkdb6thqw2rhkzypgd4jqmf5ml3obmyd5tsf4qksoa", 45621766)]
    [InlineData((174 * Chunk) + 1, "bafybeicolfopsfjlxwrl6ptzu4vctuit6gqbiy7deaphp2xksfqnauhjdi", 45621926)]
    [InlineData(175 * Chunk, "bafybeiaq5l4vj37txpkk4jm6e4taeokhl6n6gghksnu4wvc3uozzejnjlq", 45884079)]
    [InlineData((350 * Chunk) + 17, "bafybeihn7vr63sjvk27hboobmre7q2yyxynjahkq6v7wy4njngjl2dnfmu", 91768154)]
    public void files_of_every_shape_get_the_identifiers_that_others_give_them(int length, string cid, long treeBytes)
    {
        Assert.Equal(cid, CidOf(Pattern(length)));
        Assert.Equal(treeBytes, UnixFsTree.TreeBytesOf(length));
    }

    [Theory]
    [InlineData(174 * 16, "bafybeieyhwzdsdzpjfnrsbmlk4fenzr7apsodveigi7r652vdqqtzxccam", 10796)]
    [InlineData(174 * 174 * 16, "bafybeifuqeqmh3xhikzi5hdhc3j55xvnkt72pl2z4avhsa5fq27mjnsgte", 1886865)]
    [InlineData((174 * 174 * 16) + 1, "bafybeidw7w2xphl3dnc3kipclea7o7zjbs23fpvgdihvpjpzm4usjqxjtu", 1887074)]
    [InlineData((174 * 174 * 16) + (16 * 175), "bafybeidpbxv7xeoygasm6rftp5d5sgmtr3ro2rwtehsysiuteh44alt6me", 1897936)]
    public void deep_trees_have_the_shape_that_others_give_them(int length, string cid, long treeBytes)
    {
        // The depth of a file of 7 GiB, with leaves of 16 bytes.
        var tree = new UnixFsTree();
        foreach (byte[] leaf in Pattern(length).Chunk(16))
        {
            tree.AddLeaf(SHA256.HashData(leaf), leaf.Length);
        }

        DagLink root = tree.Finish();
        Assert.Equal(cid, Cid.ToText(root.Cid));
        Assert.Equal((treeBytes, length), (root.TreeBytes, root.FileBytes));
    }

    [Fact]
    public void how_the_bytes_are_cut_up_on_the_way_does_not_matter()
    {
        byte[] bytes = Pattern((3 * Chunk) + 5);
        var random = new Random(3);
        using var hasher = new CidHasher();
        for (int at = 0; at < bytes.Length;)
        {
            int count = Math.Min(bytes.Length - at, random.Next(1, 400_000));
            hasher.Append(bytes.AsSpan(at, count));
            at += count;
        }

        Assert.Equal(CidOf(bytes), hasher.Finish());
    }

    [Theory]
    [InlineData("")]
    [InlineData("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk")]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykuaaaaaaaa")]
    [InlineData("bAFKREIHDWDCEFGH4DQKJV67UZCMW7OJEE6XEDZDETOJUZJEVTENXQUVYKU")]
    public void what_is_not_such_an_identifier_is_refused(string text) => Assert.Throws<FormatException>(() => Cid.Parse(text));

    [Fact(Timeout = 30_000)]
    public async Task a_car_file_has_the_directory_that_others_give_the_same_files_and_every_block_verifies()
    {
        (string Name, byte[] Content)[] files = [("snapshot.jpg", Pattern(5000)), ("clip.mp4", Pattern(300_000)), ("metadata.json", Pattern(100)), ("snapshot-2.jpg", Pattern(5001))];
        var output = new MemoryStream();
        var car = new CarWriter(output);
        string root = await car.BeginAsync(files.Select(f => (f.Name, CidOf(f.Content), (long)f.Content.Length)), default);
        foreach ((string _, byte[] content) in files)
        {
            Assert.Equal(CidOf(content), await car.AddAsync(new MemoryStream(content), default));
        }

        Assert.Equal("bafybeib7zplmzngxho334o2gewvsvxiu3hkrk3e2a7sezxu4cjlk4bz2lq", root);
        Assert.Equal(output.Length, car.Written);
        var read = CarFile.Read(output.ToArray());
        Assert.Equal(root, read.Root);
        Assert.Equal(files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => f.Name), read.Directory().Select(e => e.Name));
        Assert.All(files, f => Assert.Equal(f.Content, read.File(read.Directory().Single(e => e.Name == f.Name).Cid)));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_event_is_exported_as_it_is_indexed_wherever_its_objects_are()
    {
        using var folder = new TemporaryFolder();
        using var store = new FolderArchiveStore(folder.File("archive"));
        await using var archive = new SealedArchive(new SealedArchiveOptions { Directory = folder.File("data") }, store);
        await archive.RecoverAsync(default);
        Guid id = Guid.NewGuid();
        byte[] clip = await Sample.SealAsync(Sample.Bytes(700_000)), snapshot = await Sample.SealAsync(Sample.Bytes(1000), "image/jpeg");
        await archive.StoreAsync(SealedObjectId.Clip(id), "cam", clip, default);
        await archive.ArchiveDueAsync(default);
        await archive.StoreAsync(SealedObjectId.Snapshot(id, 1), "cam", snapshot, default);
        SealedObjectInfo info = (await archive.GetAsync(SealedObjectId.Clip(id), default))!;
        Assert.Equal(CidOf(clip), info.Cid);

        var output = new MemoryStream();
        CarExport export = (await archive.ExportCarAsync(id, output, default))!;
        CarFile car = CarFile.Read(output.ToArray());
        Assert.Equal((2, output.Length, car.Root), (export.Objects, export.Bytes, export.RootCid));
        Assert.Equal([("clip.mp4", info.Cid!), ("snapshot.jpg", CidOf(snapshot))], car.Directory());
        Assert.Equal(clip, car.File(info.Cid!));
        Assert.Equal(snapshot, car.File(CidOf(snapshot)));

        Assert.Null(await archive.ExportCarAsync(Guid.NewGuid(), new MemoryStream(), default));
        string file = folder.File($"archive/{info.Bucket}/{info.Key}");
        clip[^1] ^= 1;
        await File.WriteAllBytesAsync(file, clip);
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => archive.ExportCarAsync(id, new MemoryStream(), default));
        Assert.Contains(info.Cid!, error.Message, StringComparison.Ordinal);
    }

    private static string CidOf(byte[] bytes)
    {
        using var hasher = new CidHasher();
        hasher.Append(bytes);
        return hasher.Finish();
    }

    /// <summary>Bytes that a program in any language can make.</summary>
    private static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) + ((i >> 8) * 7) + (i >> 18));
        }

        return bytes;
    }
}
