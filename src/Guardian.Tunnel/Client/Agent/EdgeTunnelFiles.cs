using System.Security.Cryptography;
using Google.Protobuf;
using Guardian.Shared.Files;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>
/// What an edge keeps of its tunnel beside its credentials: <c>wireguard.key.pem</c> (PKCS#8, mode 0600), <c>wireguard.next.key.pem</c> while that is being changed, and <c>tunnel.json</c>, which holds nothing secret.
/// </summary>
public sealed class EdgeTunnelFiles
{
    private const string KeyFile = "wireguard.key.pem", NextKeyFile = "wireguard.next.key.pem", SettingsFile = "tunnel.json";

    private readonly string _directory;

    /// <summary>Names the folder of the credentials; nothing is read yet.</summary>
    public EdgeTunnelFiles(string directory) => _directory = directory;

    /// <summary>Whether the edge has a tunnel.</summary>
    public bool Exist => File.Exists(In(SettingsFile));

    /// <summary>The key that is to replace the edge's own; null when it is not being changed.</summary>
    internal WireGuardPrivateKey? NextKey => File.Exists(In(NextKeyFile)) ? ReadKey(NextKeyFile) : null;

    /// <summary>Makes the edge's key, or reads the one that is there.</summary>
    /// <returns>Its public half, for the enrolment.</returns>
    /// <exception cref="TunnelException">It cannot be written or read.</exception>
    public byte[] MakeKey()
    {
        if (!File.Exists(In(KeyFile)))
        {
            WriteKey(KeyFile, WireGuardPrivateKey.Generate());
        }

        return Key().PublicKey.ToBytes();
    }

    /// <summary>Keeps what the node says of the tunnel.</summary>
    /// <exception cref="TunnelException">A value is out of range, or it cannot be written.</exception>
    public void Save(TunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        EdgeTunnelSettings.Parse(settings);
        Guard(() =>
        {
            DurableFile.Write(In(SettingsFile), JsonFormatter.Default.Format(settings) + "\n");
            return true;
        });
    }

    internal WireGuardPrivateKey Key() => ReadKey(KeyFile);

    internal TunnelSettings Settings() => Guard(() => JsonParser.Default.Parse<TunnelSettings>(File.ReadAllText(In(SettingsFile))));

    internal WireGuardPrivateKey MakeNextKey()
    {
        if (NextKey is { } there)
        {
            return there;
        }

        WriteKey(NextKeyFile, WireGuardPrivateKey.Generate());
        return NextKey!;
    }

    /// <summary>The next key is the edge's from here on.</summary>
    internal void TakeNextKey() => Guard(() =>
    {
        DurableFile.Rename(In(NextKeyFile), In(KeyFile));
        return true;
    });

    private WireGuardPrivateKey ReadKey(string file) => Guard(() => WireGuardPrivateKey.FromPkcs8(PrivateKeyFile.Read(In(file), passphrase: null)));

    private void WriteKey(string file, WireGuardPrivateKey key) => Guard(() =>
    {
        DurableFile.CreateFolder(_directory);
        PrivateKeyFile.Write(In(file), key.ExportPkcs8(), passphrase: null);
        return true;
    });

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new TunnelException($"edge tunnel: {e.Message}", innerException: e);
        }
    }

    private string In(string file) => Path.Combine(_directory, file);
}
