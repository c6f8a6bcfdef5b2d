using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>The public half of a key that signs an evidence log or witnesses one: ECDSA on P-256. Immutable and safe to share between threads.</summary>
public sealed class EvidencePublicKey
{
    private readonly byte[] _spki;

    private EvidencePublicKey(byte[] spki)
    {
        _spki = spki;
        Id = Convert.ToHexStringLower(SHA256.HashData(spki));
    }

    /// <summary>Names the key: the SHA-256 of its SubjectPublicKeyInfo (DER), in lower-case hexadecimal.</summary>
    public string Id { get; }

    /// <summary>The first four bytes of <see cref="Id"/>, by which signature lines name their key.</summary>
    internal ReadOnlySpan<byte> Hint => Convert.FromHexString(Id).AsSpan(0, 4);

    /// <summary>Reads a <c>PUBLIC KEY</c> in PEM.</summary>
    /// <exception cref="StorageException">It is not one on P-256.</exception>
    public static EvidencePublicKey FromPem(ReadOnlySpan<char> pem)
    {
        try
        {
            PemFields fields = PemEncoding.Find(pem);
            return pem[fields.Label] is "PUBLIC KEY"
                ? FromDer(Convert.FromBase64String(pem[fields.Base64Data].ToString()))
                : throw new StorageException("evidence key: a PEM of label PUBLIC KEY is needed");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StorageException("evidence key: not a PEM file", innerException: e);
        }
    }

    /// <summary>The key as PEM text.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _spki) + "\n";

    internal static EvidencePublicKey FromDer(ReadOnlySpan<byte> spki)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out int read);
            bool fits = read == spki.Length && key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true } curve && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
            return fits ? new EvidencePublicKey(spki.ToArray()) : throw new StorageException("evidence key: not a key on P-256");
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            throw new StorageException("evidence key: not a P-256 SubjectPublicKeyInfo", innerException: e);
        }
    }

    internal byte[] ToDer() => [.. _spki];

    /// <summary>Whether the key made an ECDSA signature with SHA-256, in DER, over <paramref name="text"/>.</summary>
    internal bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_spki, out _);
        try
        {
            return key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
