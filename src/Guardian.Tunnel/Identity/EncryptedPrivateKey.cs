using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Guardian.Tunnel;

/// <summary>
/// PKCS#8 <c>EncryptedPrivateKeyInfo</c> (RFC 5958) under PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256 and AES-256-CBC, and nothing else. The base library encrypts only
/// keys of algorithms that it knows, and X25519 is not one of them.
/// </summary>
internal static class EncryptedPrivateKey
{
    private const string Pbes2 = "1.2.840.113549.1.5.13", Pbkdf2 = "1.2.840.113549.1.5.12", HmacSha256 = "1.2.840.113549.2.9", Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    private const int SaltBytes = 16, KeyBytes = 32, BlockBytes = 16, MaxSaltBytes = 64;

    /// <summary>PBKDF2 rounds with SHA-256, as OWASP's Password Storage Cheat Sheet asks.</summary>
    private const int Rounds = 600_000;

    /// <summary>A file that asks for more would keep the processor busy for minutes.</summary>
    private const int MaxRounds = 20_000_000;

    /// <summary>Encrypts a key.</summary>
    /// <param name="pkcs8">The key, a PKCS#8 <c>PrivateKeyInfo</c>.</param>
    /// <param name="passphrase">Taken as UTF-8.</param>
    /// <returns>An <c>EncryptedPrivateKeyInfo</c> in DER.</returns>
    public static byte[] Encrypt(ReadOnlySpan<byte> pkcs8, string passphrase)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes), vector = RandomNumberGenerator.GetBytes(BlockBytes);
        using Aes aes = Cipher(passphrase, salt, Rounds);
        byte[] encrypted = aes.EncryptCbc(pkcs8, vector);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteAlgorithm(writer, salt, vector);
            writer.WriteOctetString(encrypted);
        }

        return writer.Encode();
    }

    /// <summary>Decrypts a key.</summary>
    /// <returns>A PKCS#8 <c>PrivateKeyInfo</c>.</returns>
    /// <exception cref="CryptographicException">The passphrase is wrong, or the bytes are not such a key.</exception>
    public static byte[] Decrypt(ReadOnlyMemory<byte> encrypted, string passphrase)
    {
        try
        {
            AsnReader info = new AsnReader(encrypted, AsnEncodingRules.DER).ReadSequence();
            (byte[] salt, int rounds, byte[] vector) = ReadAlgorithm(info.ReadSequence());
            using Aes aes = Cipher(passphrase, salt, rounds);
            byte[] key = aes.DecryptCbc(info.ReadOctetString(), vector);

            // One wrong passphrase in 256 leaves padding that looks right, so the key's own form is checked too.
            _ = new AsnReader(key, AsnEncodingRules.BER).ReadSequence();
            return key;
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("the bytes are not an encrypted private key", e);
        }
    }

    private static void WriteAlgorithm(AsnWriter writer, byte[] salt, byte[] vector)
    {
        using AsnWriter.Scope algorithm = writer.PushSequence();
        writer.WriteObjectIdentifier(Pbes2);
        using AsnWriter.Scope parameters = writer.PushSequence();
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Pbkdf2);
            using AsnWriter.Scope derivation = writer.PushSequence();
            writer.WriteOctetString(salt);
            writer.WriteInteger(Rounds);
            using AsnWriter.Scope function = writer.PushSequence();
            writer.WriteObjectIdentifier(HmacSha256);
            writer.WriteNull();
        }

        using AsnWriter.Scope cipher = writer.PushSequence();
        writer.WriteObjectIdentifier(Aes256Cbc);
        writer.WriteOctetString(vector);
    }

    private static (byte[] Salt, int Rounds, byte[] Vector) ReadAlgorithm(AsnReader algorithm)
    {
        Expect(algorithm, Pbes2);
        AsnReader parameters = algorithm.ReadSequence();

        AsnReader derivation = parameters.ReadSequence();
        Expect(derivation, Pbkdf2);
        derivation = derivation.ReadSequence();
        byte[] salt = derivation.ReadOctetString();
        if (salt.Length > MaxSaltBytes || !derivation.TryReadInt32(out int rounds) || rounds is < 1 or > MaxRounds)
        {
            throw new CryptographicException($"salt and rounds are out of range (at most {MaxSaltBytes} bytes and {MaxRounds})");
        }

        if (derivation.PeekTag() == Asn1Tag.Integer)
        {
            _ = derivation.ReadInteger(); // the key's length, which the cipher says too
        }

        Expect(derivation.ReadSequence(), HmacSha256);
        AsnReader cipher = parameters.ReadSequence();
        Expect(cipher, Aes256Cbc);
        byte[] vector = cipher.ReadOctetString();
        return vector.Length == BlockBytes ? (salt, rounds, vector) : throw new CryptographicException($"the initialisation vector has {vector.Length} bytes, not {BlockBytes}");
    }

    private static void Expect(AsnReader reader, string identifier)
    {
        string found = reader.ReadObjectIdentifier();
        if (found != identifier)
        {
            throw new CryptographicException($"the key is locked with {found}; PBES2 with PBKDF2, HMAC-SHA-256 and AES-256-CBC is supported");
        }
    }

    private static Aes Cipher(string passphrase, byte[] salt, int rounds)
    {
        byte[] secret = Encoding.UTF8.GetBytes(passphrase);
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(secret, salt, rounds, HashAlgorithmName.SHA256, KeyBytes);
        var aes = Aes.Create();
        aes.Key = key;
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(secret);
        return aes;
    }
}
