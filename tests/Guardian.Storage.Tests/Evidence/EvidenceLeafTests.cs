namespace Guardian.Storage.Tests.Evidence;

public sealed class EvidenceLeafTests
{
    [Fact]
    public void a_leaf_has_the_documented_bytes()
    {
        byte[] commitment = EvidenceLeaf.Commit(new byte[32], "{\"a\":\"b\"}");
        var leaf = new EvidenceLeaf(EvidenceKind.Access, DateTimeOffset.FromUnixTimeMilliseconds(1_772_600_767_123), commitment);

        Assert.Equal("103dbcd66934523d89f92da1e55d18a8f6ef58d896cb198d8277d331db04dec7", Convert.ToHexStringLower(commitment));
        Assert.Equal("0103" + "0000019cb73d3293" + Convert.ToHexStringLower(commitment), Convert.ToHexStringLower(leaf.Encode()));
        EvidenceLeaf read = EvidenceLeaf.Decode(leaf.Encode())!;
        Assert.Equal((leaf.Kind, leaf.At), (read.Kind, read.At));
        Assert.Equal(commitment, read.Commitment.ToArray());
    }

    [Fact]
    public void unknown_versions_kinds_and_lengths_are_refused()
    {
        byte[] good = new EvidenceLeaf(EvidenceKind.Access, DateTimeOffset.UnixEpoch, new byte[32]).Encode();
        byte[] With(int at, byte value) => [.. good[..at], value, .. good[(at + 1)..]];

        Assert.NotNull(EvidenceLeaf.Decode(good));
        Assert.All(new[] { With(0, 2), With(1, 0), With(1, 99), With(2, 0x7f), good[..^1], [.. good, 0] }, b => Assert.Null(EvidenceLeaf.Decode(b)));
    }

    [Fact]
    public void details_are_an_object_of_strings_in_order()
    {
        string text = EvidenceDetails.Write(new Dictionary<string, string> { ["b"] = "2\n\"é", ["a"] = "1" });

        Assert.StartsWith("{\"a\":\"1\",\"b\":", text, StringComparison.Ordinal);
        Assert.Equal("2\n\"é", EvidenceDetails.Read(text)!["b"]);
        Assert.All(new[] { "", "[]", "{\"a\":1}", "{\"a\":null}", "{\"a\":\"1\",\"a\":\"2\"}", "{" }, t => Assert.Null(EvidenceDetails.Read(t)));
    }
}
