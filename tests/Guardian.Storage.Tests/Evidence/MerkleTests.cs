using FsCheck;
using FsCheck.Fluent;

namespace Guardian.Storage.Tests.Evidence;

public sealed class MerkleTests
{
    /// <summary>Leaves and roots of the reference test of Certificate Transparency's own implementation.</summary>
    private static readonly string[] Leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void roots_are_those_of_the_published_vectors()
    {
        MerkleAppender tree = Tree(Leaves.Length, i => MerkleHash.Leaf(Convert.FromHexString(Leaves[i])));
        Assert.Equal(Roots, Enumerable.Range(0, Leaves.Length + 1).Select(n => Convert.ToHexStringLower(new MerkleTree(tree).Root(n))));
    }

    [Fact]
    public void proofs_are_those_of_the_published_vectors()
    {
        MerkleAppender appender = Tree(Leaves.Length, i => MerkleHash.Leaf(Convert.FromHexString(Leaves[i])));
        var tree = new MerkleTree(appender);
        string[] Hex(IReadOnlyList<ReadOnlyMemory<byte>> proof) => [.. proof.Select(p => Convert.ToHexStringLower(p.Span))];

        Assert.Equal(
            ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
            Hex(tree.Inclusion(0, 8)));
        Assert.Equal(
            ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
            Hex(tree.Inclusion(5, 8)));
        Assert.Equal(
            ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
            Hex(tree.Consistency(6, 8)));
    }

    [Fact]
    public void proofs_of_trees_of_many_sizes_are_the_definitions_and_verify()
    {
        byte[][] leaves = [.. Enumerable.Range(0, 600).Select(i => MerkleHash.Leaf(BitConverter.GetBytes(i)))];
        MerkleAppender tiles = Tree(leaves.Length, i => leaves[i]);
        var random = new Random(11);
        foreach (int size in new[] { 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 600 })
        {
            var tree = new MerkleTree(tiles);
            byte[] root = tree.Root(size);
            Assert.Equal(Defined(leaves.AsSpan(0, size)), root);
            for (int k = 0; k < 25; k++)
            {
                int index = random.Next(size);
                IReadOnlyList<ReadOnlyMemory<byte>> proof = tree.Inclusion(index, size);
                Assert.True(MerkleProof.VerifyInclusion(leaves[index], index, size, proof, root));
                Assert.False(MerkleProof.VerifyInclusion(leaves[(index + 1) % leaves.Length], index, size, proof, root));
                Assert.False(size > 1 && MerkleProof.VerifyInclusion(leaves[index], (index + 1) % size, size, proof, root));
                Assert.False(MerkleProof.VerifyInclusion(leaves[index], index, size, [.. proof, root], root));

                int from = random.Next(size + 1);
                IReadOnlyList<ReadOnlyMemory<byte>> consistency = tree.Consistency(from, size);
                Assert.True(MerkleProof.VerifyConsistency(from, tree.Root(from), size, root, consistency), $"{from} to {size}");
                Assert.False(MerkleProof.VerifyConsistency(from, leaves[0].Reverse().ToArray(), size, root, consistency));
            }
        }
    }

    [Fact]
    public void a_changed_proof_of_any_tree_does_not_verify() => Prop.ForAll(ArbMap.Default.ArbFor<(ushort Size, ushort Index, byte Where)>(), t =>
    {
        int size = (t.Size % 700) + 2;
        int index = t.Index % size;
        byte[][] leaves = [.. Enumerable.Range(0, size).Select(i => MerkleHash.Leaf(BitConverter.GetBytes(i)))];
        var tree = new MerkleTree(Tree(size, i => leaves[i]));
        ReadOnlyMemory<byte>[] proof = [.. tree.Inclusion(index, size)];
        byte[] changed = proof[t.Where % proof.Length].ToArray();
        changed[t.Where % changed.Length] ^= 1;
        proof[t.Where % proof.Length] = changed;
        return !MerkleProof.VerifyInclusion(leaves[index], index, size, proof, tree.Root(size))
            && !MerkleProof.VerifyInclusion(leaves[index], index, size, proof[..^1], tree.Root(size));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void a_tree_appended_in_batches_is_the_tree_appended_at_once()
    {
        byte[][] leaves = [.. Enumerable.Range(0, 70_000).Select(i => MerkleHash.Leaf(BitConverter.GetBytes(i)))];
        var stored = new Tiles();
        var random = new Random(3);
        for (int size = 0; size < leaves.Length;)
        {
            var appender = new MerkleAppender(stored, size);
            for (int n = Math.Min(random.Next(1, 5000), leaves.Length - size); n > 0; n--)
            {
                appender.Append(leaves[size++]);
            }

            stored.Store(appender);
        }

        Assert.Equal(new MerkleTree(Tree(leaves.Length, i => leaves[i])).Root(leaves.Length), new MerkleTree(stored).Root(leaves.Length));
        Assert.True(stored.Hashes(2, 0) == 1, "70 000 leaves fill one tile of the second level");
    }

    [Fact]
    public void a_tile_that_is_short_is_said_to_be() =>
        Assert.Contains("tile 0/0", Assert.Throws<StorageException>(() => new MerkleAppender(new Tiles(), 5).Append(new byte[32])).Message, StringComparison.Ordinal);

    private static MerkleAppender Tree(int count, Func<int, byte[]> leaf)
    {
        var tree = new MerkleAppender(new Tiles(), 0);
        for (int i = 0; i < count; i++)
        {
            tree.Append(leaf(i));
        }

        return tree;
    }

    /// <summary>MTH of RFC 6962, section 2.1, word for word.</summary>
    private static byte[] Defined(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        int k = 1;
        while (k * 2 < leaves.Length)
        {
            k *= 2;
        }

        return MerkleHash.Node(Defined(leaves[..k]), Defined(leaves[k..]));
    }

    private sealed class Tiles : IMerkleTiles
    {
        private readonly Dictionary<(int, long), byte[]> _tiles = [];

        public ReadOnlyMemory<byte> Read(int level, long index) => _tiles.TryGetValue((level, index), out byte[]? tile) ? tile : default;

        public void Store(MerkleAppender appender)
        {
            foreach ((int level, long index, byte[] hashes) in appender.Changed)
            {
                _tiles[(level, index)] = hashes;
            }
        }

        public int Hashes(int level, long index) => Read(level, index).Length / 32;
    }
}
