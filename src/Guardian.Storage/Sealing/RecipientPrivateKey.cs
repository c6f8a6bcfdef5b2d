using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// The customer's private key: opens what was sealed to its public half. It belongs on the customer's own machine, never on the node or an edge.
/// </summary>
/// <remarks>Stored as encrypted PKCS#8 (PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC), which OpenSSL and WebCrypto read too.</remarks>
public sealed class RecipientPrivateKey : IDisposable
{
    /// <summary>Rounds of PBKDF2, after OWASP's Password Storage Cheat Sheet for HMAC-SHA-256.</summary>
    public const int KeyDerivationIterations = 600_000;

    /// <summary>Passphrases are at least this long.</summary>
    public const int MinPassphraseLength = 8;

    private readonly ECDiffieHellman _key;

    private RecipientPrivateKey(ECDiffieHellman key)
    {
        _key = key;
        PublicKey = RecipientPublicKey.Of(key);
    }

    /// <summary>The public half.</summary>
    public RecipientPublicKey PublicKey { get; }

    /// <summary>Makes a new key from the operating system's randomness.</summary>
    public static RecipientPrivateKey Generate() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads an <c>ENCRYPTED PRIVATE KEY</c> in PEM.</summary>
    /// <exception cref="StorageException">The passphrase is wrong, or the text is not such a key on P-256.</exception>
    public static RecipientPrivateKey FromEncryptedPem(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        var key = ECDiffieHellman.Create();
        try
        {
            key.ImportFromEncryptedPem(pem, passphrase);
            return new RecipientPrivateKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException or StorageException)
        {
            key.Dispose();
            throw e as StorageException ?? new StorageException("private key: the passphrase is wrong, or this is not an encrypted P-256 key in PEM", innerException: e);
        }
    }

    /// <summary>The key as PEM text, locked by a passphrase.</summary>
    /// <exception cref="ArgumentException">The passphrase is shorter than <see cref="MinPassphraseLength"/>.</exception>
    public string ToEncryptedPem(ReadOnlySpan<char> passphrase)
    {
        if (passphrase.Length < MinPassphraseLength)
        {
            throw new ArgumentException($"passphrase: at least {MinPassphraseLength} characters are needed", nameof(passphrase));
        }

        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, KeyDerivationIterations);
        return _key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, parameters) + "\n";
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Recovers a file key from this recipient's stanza.</summary>
    internal byte[] Unwrap(ReadOnlySpan<byte> ephemeralPoint, ReadOnlySpan<byte> wrapped)
    {
        using ECDiffieHellman ephemeral = EcPoint.Import(ephemeralPoint);
        using ECDiffieHellmanPublicKey peer = ephemeral.PublicKey;
        byte[] secret = _key.DeriveRawSecretAgreement(peer);
        byte[] wrapKey = SealedFormat.WrapKey(secret, ephemeralPoint, PublicKey.Point);
        byte[] fileKey = new byte[SealedFormat.KeySize];
        try
        {
            using var aes = new AesGcm(wrapKey, SealedFormat.TagSize);
            Span<byte> nonce = stackalloc byte[SealedFormat.NonceSize];
            nonce.Clear();
            aes.Decrypt(nonce, wrapped[..SealedFormat.KeySize], wrapped[SealedFormat.KeySize..], fileKey);
            return fileKey;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealedFormatException(SealedFormatError.NotAuthentic, "recipient stanza: the wrapped key does not verify", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(wrapKey);
        }
    }
}
