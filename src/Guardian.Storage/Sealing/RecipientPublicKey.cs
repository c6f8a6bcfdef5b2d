using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>The public half of a customer's key: what edges and the node seal to. A P-256 point. Immutable and safe to share between threads.</summary>
public sealed class RecipientPublicKey
{
    private readonly byte[] _spki;

    private RecipientPublicKey(byte[] spki, byte[] point)
    {
        _spki = spki;
        Point = point;
        Id = RecipientKeyId.Of(spki);
    }

    /// <summary>The name of this key.</summary>
    public RecipientKeyId Id { get; }

    /// <summary>The uncompressed point: 0x04, X, Y.</summary>
    internal byte[] Point { get; }

    /// <summary>Reads a SubjectPublicKeyInfo in DER.</summary>
    /// <exception cref="StorageException">It is not a public key, or not one on P-256.</exception>
    public static RecipientPublicKey FromDer(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var key = ECDiffieHellman.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out int read);
            return read == subjectPublicKeyInfo.Length ? Of(key) : throw new StorageException("recipient key: bytes follow the SubjectPublicKeyInfo");
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            throw new StorageException("recipient key: not a P-256 SubjectPublicKeyInfo", innerException: e);
        }
    }

    /// <summary>Reads a <c>PUBLIC KEY</c> in PEM.</summary>
    /// <inheritdoc cref="FromDer" path="/exception"/>
    public static RecipientPublicKey FromPem(ReadOnlySpan<char> pem)
    {
        try
        {
            PemFields fields = PemEncoding.Find(pem);
            return pem[fields.Label] is "PUBLIC KEY"
                ? FromDer(Convert.FromBase64String(pem[fields.Base64Data].ToString()))
                : throw new StorageException("recipient key: a PEM of label PUBLIC KEY is needed; keep private keys away from the node");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StorageException("recipient key: not a PEM file", innerException: e);
        }
    }

    /// <summary>The SubjectPublicKeyInfo in DER.</summary>
    public byte[] ToDer() => [.. _spki];

    /// <summary>The key as PEM text.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _spki) + "\n";

    internal static RecipientPublicKey Of(ECDiffieHellman key)
    {
        ECParameters p = key.ExportParameters(includePrivateParameters: false);
        if (!p.Curve.IsNamed || p.Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
        {
            throw new StorageException($"recipient key: the curve is {(p.Curve.IsNamed ? p.Curve.Oid.FriendlyName : "given by its parameters")}, P-256 by its name is needed");
        }

        return new RecipientPublicKey(key.ExportSubjectPublicKeyInfo(), [4, .. p.Q.X!, .. p.Q.Y!]);
    }
}
