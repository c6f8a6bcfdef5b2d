using System.Security.Cryptography;

namespace Guardian.Storage.Tests.Evidence;

public sealed class CheckpointTests
{
    private const string Origin = "guardian/evidence/test";
    private static readonly DateTimeOffset At = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public void a_checkpoint_is_read_back_as_it_was_signed()
    {
        using EvidenceSigningKey key = EvidenceSigningKey.Generate();
        byte[] root = SHA256.HashData("root"u8);
        EvidenceCheckpoint read = EvidenceCheckpoint.Parse(EvidenceCheckpoint.Sign(Origin, 42, root, At, key).Note);

        Assert.Equal((Origin, 42, At), (read.Origin, read.Size, read.At));
        Assert.Equal(root, read.Root.ToArray());
        Assert.True(read.IsSignedBy(key.PublicKey));
        Assert.StartsWith($"{Origin}\n42\n{Convert.ToBase64String(root)}\ntime 1772600767000\n\n— {Origin} ", read.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void a_changed_line_another_key_and_another_name_do_not_verify()
    {
        using EvidenceSigningKey key = EvidenceSigningKey.Generate();
        using EvidenceSigningKey other = EvidenceSigningKey.Generate();
        EvidenceCheckpoint signed = EvidenceCheckpoint.Sign(Origin, 42, new byte[32], At, key);

        Assert.False(signed.IsSignedBy(other.PublicKey));
        Assert.False(EvidenceCheckpoint.Parse(signed.Note.Replace("\n42\n", "\n43\n", StringComparison.Ordinal)).IsSignedBy(key.PublicKey));
        Assert.False(EvidenceCheckpoint.Parse(signed.Note.Replace(Origin + "\n", "else\n", StringComparison.Ordinal)).IsSignedBy(key.PublicKey));
        Assert.False(signed.IsWitnessedBy(Origin, key.PublicKey));
    }

    [Fact]
    public void a_witness_signs_beside_the_log()
    {
        using EvidenceSigningKey key = EvidenceSigningKey.Generate();
        using EvidenceSigningKey witness = EvidenceSigningKey.Generate();
        EvidenceCheckpoint both = EvidenceCheckpoint.Parse(EvidenceCheckpoint.Sign(Origin, 1, new byte[32], At, key).CountersignedBy("witness.example", witness).Note);

        Assert.True(both.IsSignedBy(key.PublicKey));
        Assert.True(both.IsWitnessedBy("witness.example", witness.PublicKey));
        Assert.False(both.IsWitnessedBy("other.example", witness.PublicKey));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\nb")]
    [InlineData(Origin)]
    public void a_witness_has_a_name_that_a_note_can_hold_and_a_key_of_its_own(string name)
    {
        using EvidenceSigningKey key = EvidenceSigningKey.Generate();
        using var witness = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        EvidenceCheckpoint signed = EvidenceCheckpoint.Sign(Origin, 1, new byte[32], At, key);
        Assert.Throws<ArgumentException>(() => signed.Countersign(name, witness.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<StorageException>(() => signed.Countersign("witness.example", key.PublicKey.ToPem()));
        EvidenceCheckpoint both = EvidenceCheckpoint.Parse(signed.Countersign("witness.example", witness.ExportPkcs8PrivateKeyPem()).Note);
        Assert.True(both.IsWitnessedBy("witness.example", EvidencePublicKey.FromPem(witness.ExportSubjectPublicKeyInfoPem())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("one\n")]
    [InlineData("a\n1\nAAAA\ntime 1\n\n")]
    [InlineData("a\n1\nAAAA\ntime 1\n\n— a b\n")]
    [InlineData("a\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime 1\n\n— a AAAAAAAA\n")]
    [InlineData("a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— a AAAAAAAA\n")]
    [InlineData("a\n1\nAAAA\ntime 1\n\n— a AAAAAAAA\n")]
    [InlineData("a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime 99999999999999999\n\n— a AAAAAAAA\n")]
    public void what_is_not_a_checkpoint_is_refused(string text) => Assert.Throws<StorageException>(() => EvidenceCheckpoint.Parse(text));

    [Fact]
    public void a_key_file_is_the_owners_alone_and_reads_back()
    {
        using var folder = new Testing.TemporaryFolder();
        using EvidenceSigningKey key = EvidenceSigningKey.Generate();
        key.Write(folder.File("key.pem"));

        using EvidenceSigningKey read = EvidenceSigningKey.Read(folder.File("key.pem"));
        Assert.Equal(key.PublicKey.Id, read.PublicKey.Id);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("key.pem")));
        Assert.Equal(key.PublicKey.Id, EvidencePublicKey.FromPem(key.PublicKey.ToPem()).Id);
    }
}
