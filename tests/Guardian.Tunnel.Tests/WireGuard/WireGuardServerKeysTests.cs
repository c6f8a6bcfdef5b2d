using Guardian.Testing;

namespace Guardian.Tunnel.Tests;

public sealed class WireGuardServerKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("secret")]
    public void the_keys_are_the_same_after_a_restart(string? passphrase)
    {
        var keys = WireGuardServerKeys.Open(_folder.Path, passphrase);
        Assert.Null(keys.Next);
        WireGuardPublicKey next = keys.PrepareNext();
        Assert.Equal(next, keys.PrepareNext());

        var again = WireGuardServerKeys.Open(_folder.Path, passphrase);
        Assert.Equal(keys.Current.PublicKey, again.Current.PublicKey);
        Assert.Equal(next, again.Next?.PublicKey);

        again.Switch();
        Assert.Equal(next, again.Current.PublicKey);
        Assert.Null(again.Next);
        Assert.Equal(next, WireGuardServerKeys.Open(_folder.Path, passphrase).Current.PublicKey);
        Assert.Throws<TunnelException>(again.Switch);
    }

    [Fact]
    public void the_files_are_the_owners_alone()
    {
        WireGuardServerKeys.Open(_folder.Path).PrepareNext();
        string[] files = Directory.GetFiles(_folder.Path);
        Assert.Equal(2, files.Length);
        Assert.All(files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public void locked_keys_ask_for_the_passphrase()
    {
        _ = WireGuardServerKeys.Open(_folder.Path, "secret");
        Assert.Contains("locked: give the passphrase", Assert.Throws<TunnelException>(() => WireGuardServerKeys.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("wrong passphrase", Assert.Throws<TunnelException>(() => WireGuardServerKeys.Open(_folder.Path, "other")).Message, StringComparison.Ordinal);
    }
}
