using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Names a recipient's public key: the SHA-256 of its SubjectPublicKeyInfo (DER), in lower-case hexadecimal.</summary>
public readonly record struct RecipientKeyId
{
    private readonly string? _hex;

    private RecipientKeyId(string hex) => _hex = hex;

    /// <summary>Takes the 32 bytes of an id.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public static RecipientKeyId FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == SealedFormat.KeyIdSize
        ? new(Convert.ToHexStringLower(bytes))
        : throw new ArgumentException($"a key id has {SealedFormat.KeyIdSize} bytes, not {bytes.Length}", nameof(bytes));

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => _hex ?? new string('0', 2 * SealedFormat.KeyIdSize);

    internal static RecipientKeyId Of(ReadOnlySpan<byte> subjectPublicKeyInfo) => new(Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo)));

    internal byte[] ToBytes() => Convert.FromHexString(ToString());
}
