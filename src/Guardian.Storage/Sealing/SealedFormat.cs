using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>The constants and key derivations of the sealed-object format, version 1. Normative text: docs/formats/sealed-clip.md.</summary>
internal static class SealedFormat
{
    public const byte Version = 1;
    public const byte SuiteP256HkdfAesGcm = 1;
    public const int DefaultChunkSize = 64 * 1024;
    public const int MinChunkSize = 4 * 1024;
    public const int MaxChunkSize = 1024 * 1024;
    public const int MaxRecipients = 16;
    public const int MaxContentType = 127;
    public const int KeySize = 32;
    public const int TagSize = 16;
    public const int NonceSize = 12;
    public const int SaltSize = 16;
    public const int MacSize = 32;
    public const int KeyIdSize = 32;
    public const int PointSize = 65;

    /// <summary>Magic, version, suite, recipient count, chunk size, salt, content-type length.</summary>
    public const int FixedSize = 8 + 1 + 1 + 2 + 4 + SaltSize + 2;

    /// <summary>Key id, ephemeral point, wrapped file key.</summary>
    public const int StanzaSize = KeyIdSize + PointSize + KeySize + TagSize;

    /// <summary>No header is longer than this.</summary>
    public const int MaxHeaderSize = FixedSize + MaxContentType + (MaxRecipients * StanzaSize) + MacSize;

    public static ReadOnlySpan<byte> Magic => "GSEALED\n"u8;

    public static byte[] PayloadKey(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> salt) => Derive(fileKey, salt, "guardian/sealed/v1 payload"u8);

    public static byte[] HeaderKey(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> salt) => Derive(fileKey, salt, "guardian/sealed/v1 header"u8);

    /// <summary>The key that wraps a file key for one recipient; the salt binds both public points, as in RFC 9180's DHKEM.</summary>
    public static byte[] WrapKey(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> ephemeralPoint, ReadOnlySpan<byte> recipientPoint)
    {
        Span<byte> salt = stackalloc byte[2 * PointSize];
        ephemeralPoint.CopyTo(salt);
        recipientPoint.CopyTo(salt[PointSize..]);
        return Derive(sharedSecret, salt, "guardian/sealed/v1 recipient"u8);
    }

    /// <summary>Chunk nonces: an 88-bit big-endian counter and a byte that is 1 on the last chunk (the STREAM construction).</summary>
    public static void WriteNonce(Span<byte> nonce, long chunk, bool last)
    {
        nonce[..3].Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..], chunk);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    private static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info)
    {
        byte[] key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, info);
        return key;
    }
}
