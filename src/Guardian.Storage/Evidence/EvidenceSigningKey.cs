using System.Security.Cryptography;
using System.Text;
using Guardian.Shared.Files;

namespace Guardian.Storage;

/// <summary>A key that signs: an evidence log's own, or a witness's. Its file is its owner's alone.</summary>
internal sealed class EvidenceSigningKey : IDisposable
{
    private readonly ECDsa _key;

    private EvidenceSigningKey(ECDsa key)
    {
        _key = key;
        PublicKey = EvidencePublicKey.FromDer(key.ExportSubjectPublicKeyInfo());
    }

    public EvidencePublicKey PublicKey { get; }

    public static EvidenceSigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="StorageException">The file holds something else.</exception>
    public static EvidenceSigningKey Read(string path) => FromPem(File.ReadAllText(path), path);

    /// <param name="pem">The private key.</param>
    /// <param name="what">Names it in an error.</param>
    /// <exception cref="StorageException">The text is something else.</exception>
    public static EvidenceSigningKey FromPem(string pem, string what)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);

            // A public key imports as well, and would fail at the first signature.
            CryptographicOperations.ZeroMemory(key.ExportPkcs8PrivateKey());
            return new EvidenceSigningKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException or StorageException)
        {
            key.Dispose();
            throw new StorageException($"{what}: not a private key on P-256 in PEM", innerException: e);
        }
    }

    /// <summary>Writes the key, whole and durable, readable by the owner only.</summary>
    public void Write(string path) => DurableFile.Write(path, _key.ExportPkcs8PrivateKeyPem() + "\n");

    public byte[] Sign(string text) => _key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose() => _key.Dispose();
}
