using System.Security.Cryptography;
using Guardian.Shared.Files;

namespace Guardian.Tunnel;

/// <summary>
/// The node's WireGuard keys in its data folder: <c>wireguard.key.pem</c>, in use, and <c>wireguard.next.key.pem</c> while a rotation is prepared (PKCS#8, mode 0600, locked where there is a passphrase). Safe for use by many threads.
/// </summary>
public sealed class WireGuardServerKeys
{
    private const string CurrentFile = "wireguard.key.pem", NextFile = "wireguard.next.key.pem";

    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly string? _passphrase;
    private Pair _keys;

    private WireGuardServerKeys(string directory, string? passphrase, Pair keys)
    {
        _directory = directory;
        _passphrase = passphrase;
        _keys = keys;
    }

    /// <summary>The key in use.</summary>
    public WireGuardPrivateKey Current => _keys.Current;

    /// <summary>The key that will be in use; null while no rotation is prepared.</summary>
    public WireGuardPrivateKey? Next => _keys.Next;

    /// <summary>Opens the keys of a folder; makes the first.</summary>
    /// <param name="directory">The folder; made when it is not there.</param>
    /// <param name="passphrase">Locks the files; null or empty leaves them readable to whoever has the disk.</param>
    /// <exception cref="TunnelException">A file cannot be read, is locked with another passphrase, or holds no key.</exception>
    public static WireGuardServerKeys Open(string directory, string? passphrase = null)
    {
        try
        {
            DurableFile.CreateFolder(directory);
            WireGuardPrivateKey current = Read(directory, CurrentFile, passphrase) ?? Make(directory, CurrentFile, passphrase);
            return new WireGuardServerKeys(directory, passphrase, new Pair(current, Read(directory, NextFile, passphrase)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TunnelException($"WireGuard keys: {e.Message}", innerException: e);
        }
    }

    /// <summary>Prepares a rotation: makes the next key unless there is one.</summary>
    /// <returns>Its public half, which every edge should have before <see cref="Switch"/>.</returns>
    /// <exception cref="TunnelException">The file cannot be written.</exception>
    public WireGuardPublicKey PrepareNext()
    {
        lock (_lock)
        {
            try
            {
                WireGuardPrivateKey next = _keys.Next ?? Make(_directory, NextFile, _passphrase);
                _keys = _keys with { Next = next };
                return next.PublicKey;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TunnelException($"WireGuard keys: {e.Message}", innerException: e);
            }
        }
    }

    /// <summary>Makes the next key the current one, for good; the device is told afterwards. One rename does it, so a kill leaves either the one or the other.</summary>
    /// <exception cref="TunnelException">No rotation is prepared, or the file cannot be renamed.</exception>
    public void Switch()
    {
        lock (_lock)
        {
            WireGuardPrivateKey next = _keys.Next ?? throw new TunnelException("WireGuard keys: no rotation is prepared");
            try
            {
                DurableFile.Rename(Path.Combine(_directory, NextFile), Path.Combine(_directory, CurrentFile));
                _keys = new Pair(next, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TunnelException($"WireGuard keys: {e.Message}", innerException: e);
            }
        }
    }

    /// <summary>Reads the files anew, after another process prepared or made a rotation.</summary>
    /// <exception cref="TunnelException">They cannot be read; what was read before stays.</exception>
    public void Reload()
    {
        lock (_lock)
        {
            _keys = Open(_directory, _passphrase)._keys;
        }
    }

    private static WireGuardPrivateKey? Read(string directory, string file, string? passphrase)
    {
        string path = Path.Combine(directory, file);
        return File.Exists(path) ? WireGuardPrivateKey.FromPkcs8(PrivateKeyFile.Read(path, passphrase)) : null;
    }

    private static WireGuardPrivateKey Make(string directory, string file, string? passphrase)
    {
        var key = WireGuardPrivateKey.Generate();
        PrivateKeyFile.Write(Path.Combine(directory, file), key.ExportPkcs8(), passphrase);
        return key;
    }

    /// <summary>Replaced as a whole, so that readers need no lock.</summary>
    private sealed record Pair(WireGuardPrivateKey Current, WireGuardPrivateKey? Next);
}
