using Guardian.Testing;

namespace Guardian.Tunnel.Tests;

public sealed class WireGuardKeyTests
{
    /// <summary>Alice's and Bob's keys of RFC 7748, section 6.1.</summary>
    [Theory]
    [InlineData("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")]
    [InlineData("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")]
    public void the_public_key_is_the_one_of_the_standard(string privateKey, string publicKey) =>
        Assert.Equal(publicKey, WireGuardPrivateKey.FromBytes(Convert.FromHexString(privateKey)).PublicKey.ToHex());

    [RequiresFact("wg")]
    public async Task the_public_key_is_the_one_that_wg_derives()
    {
        var commands = new CommandRunner(TimeProvider.System);
        for (int i = 0; i < 20; i++)
        {
            var key = WireGuardPrivateKey.Generate();
            ToolResult result = await commands.RunAsync("wg", ["pubkey"], key.ExportBase64(), CancellationToken.None);
            Assert.Equal(result.Output.Trim(), key.PublicKey.ToString());
        }
    }

    [RequiresFact("wg")]
    public async Task a_key_that_wg_made_is_read_unchanged()
    {
        ToolResult result = await new CommandRunner(TimeProvider.System).RunAsync("wg", ["genkey"], "", CancellationToken.None);
        Assert.True(WireGuardPrivateKey.TryParse(result.Output.Trim(), out WireGuardPrivateKey? key));
        Assert.Equal(result.Output.Trim(), key.ExportBase64());
    }

    [Fact]
    public void two_keys_differ_and_equal_keys_are_equal()
    {
        WireGuardPublicKey one = WireGuardPrivateKey.Generate().PublicKey, other = WireGuardPrivateKey.Generate().PublicKey;
        Assert.NotEqual(one, other);
        Assert.True(WireGuardPublicKey.TryParse(one.ToString(), out WireGuardPublicKey? same));
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.Equal(Convert.FromHexString(one.ToHex()), same.ToBytes());
    }

    [Fact]
    public void a_private_key_does_not_print_itself()
    {
        var key = WireGuardPrivateKey.Generate();
        string printed = $"{key}";
        Assert.DoesNotContain(key.ExportBase64(), printed, StringComparison.Ordinal);
        Assert.DoesNotContain(key.ExportHex(), printed, StringComparison.Ordinal);
        Assert.Contains(key.PublicKey.ToString(), printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void what_is_no_key_is_not_read(string? text)
    {
        Assert.False(WireGuardPublicKey.TryParse(text, out _));
        Assert.False(WireGuardPrivateKey.TryParse(text, out _));
    }

    [Fact]
    public void a_key_survives_its_file()
    {
        using var folder = new TemporaryFolder();
        var key = WireGuardPrivateKey.Generate();
        PrivateKeyFile.Write(folder.File("key.pem"), key.ExportPkcs8(), "secret");
        Assert.Equal(key.ExportBase64(), WireGuardPrivateKey.FromPkcs8(PrivateKeyFile.Read(folder.File("key.pem"), "secret")).ExportBase64());
    }

    [RequiresFact("openssl")]
    public async Task openssl_reads_the_same_public_key_from_the_file()
    {
        using var folder = new TemporaryFolder();
        var key = WireGuardPrivateKey.Generate();
        PrivateKeyFile.Write(folder.File("key.pem"), key.ExportPkcs8(), null);
        ToolResult result = await new CommandRunner(TimeProvider.System).RunAsync("openssl", ["pkey", "-in", folder.File("key.pem"), "-noout", "-text_pub"], "", CancellationToken.None);
        Assert.Contains("X25519", result.Output, StringComparison.Ordinal);
        Assert.Contains(key.PublicKey.ToHex(), result.Output.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3000")]
    [InlineData("302e020100300506032b6570042204200000000000000000000000000000000000000000000000000000000000000000")] // Ed25519
    public void a_file_of_another_key_is_refused(string pkcs8) => Assert.Throws<TunnelException>(() => WireGuardPrivateKey.FromPkcs8(Convert.FromHexString(pkcs8)));
}
