using System.Diagnostics;
using System.Security.Cryptography;
using Guardian.Testing;

namespace Guardian.Tunnel.Tests;

public sealed class PrivateKeyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _key = NewKey();

    public void Dispose() => _folder.Dispose();

    private string Path => _folder.File("key.pem");

    [Theory]
    [InlineData(null)]
    [InlineData("correct horse ÄÖ")]
    public void a_key_comes_back_as_it_was_written(string? passphrase)
    {
        PrivateKeyFile.Write(Path, _key, passphrase);
        Assert.Equal(_key, PrivateKeyFile.Read(Path, passphrase));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void a_locked_key_asks_for_its_passphrase_and_refuses_a_wrong_one()
    {
        PrivateKeyFile.Write(Path, _key, "right");
        Assert.Contains("locked: give the passphrase", Assert.Throws<TunnelException>(() => PrivateKeyFile.Read(Path, null)).Message, StringComparison.Ordinal);
        Assert.Contains("wrong passphrase", Assert.Throws<TunnelException>(() => PrivateKeyFile.Read(Path, "wrong")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(_key)[..40], File.ReadAllText(Path).ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    [Fact]
    public void giving_a_passphrase_for_the_first_time_locks_the_key()
    {
        PrivateKeyFile.Write(Path, _key, null);
        Assert.Equal(_key, PrivateKeyFile.Read(Path, "new"));
        Assert.Contains("ENCRYPTED", File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.Throws<TunnelException>(() => PrivateKeyFile.Read(Path, null));
        Assert.Equal(_key, PrivateKeyFile.Read(Path, "new"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")]
    public void a_file_without_a_key_is_named(string content)
    {
        File.WriteAllText(Path, content);
        Assert.Contains(Path, Assert.Throws<TunnelException>(() => PrivateKeyFile.Read(Path, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_file_that_is_too_large_is_not_read()
    {
        File.WriteAllText(Path, new string('x', 70_000));
        Assert.Contains("65536", Assert.Throws<TunnelException>(() => PrivateKeyFile.Read(Path, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_key_that_the_base_library_locked_is_opened()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path, key.ExportEncryptedPkcs8PrivateKeyPem("right", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000)));
        Assert.Equal(key.ExportPkcs8PrivateKey(), PrivateKeyFile.Read(Path, "right"));
    }

    [RequiresFact("openssl")]
    public void openssl_opens_a_locked_key()
    {
        PrivateKeyFile.Write(Path, _key, "right");
        var start = new ProcessStartInfo("openssl", ["pkey", "-in", Path, "-passin", "pass:right", "-noout", "-text"]) { RedirectStandardOutput = true };
        using Process openssl = Process.Start(start)!;
        Assert.Contains("prime256v1", openssl.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        openssl.WaitForExit();
        Assert.Equal(0, openssl.ExitCode);
    }

    private static byte[] NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }
}
