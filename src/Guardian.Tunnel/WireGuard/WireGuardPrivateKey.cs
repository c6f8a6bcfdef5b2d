using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Guardian.Tunnel;

/// <summary>
/// The private half of a WireGuard key pair. It never prints itself: <see cref="ToString"/> names the public half, and whoever needs the secret has to ask for it by name.
/// </summary>
public sealed class WireGuardPrivateKey
{
    /// <summary>X25519, RFC 8410.</summary>
    private const string AlgorithmIdentifier = "1.3.101.110";

    private readonly byte[] _bytes;

    private WireGuardPrivateKey(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();

        // RFC 7748, section 5. Devices do the same, so a key that comes back from one is the key that went in.
        _bytes[0] &= 248;
        _bytes[31] = (byte)((_bytes[31] & 127) | 64);

        Span<byte> publicKey = stackalloc byte[X25519.KeySize];
        X25519.DerivePublicKey(_bytes, publicKey);
        PublicKey = new WireGuardPublicKey(publicKey);
    }

    /// <summary>The public half.</summary>
    public WireGuardPublicKey PublicKey { get; }

    /// <summary>Makes a new key pair.</summary>
    /// <exception cref="TunnelException">OpenSSL's libcrypto is absent.</exception>
    public static WireGuardPrivateKey Generate()
    {
        Span<byte> bytes = stackalloc byte[X25519.KeySize];
        RandomNumberGenerator.Fill(bytes);
        var key = new WireGuardPrivateKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>Reads a key in base64, as <c>wg genkey</c> writes it: 44 characters.</summary>
    /// <returns>False when it is not one.</returns>
    /// <exception cref="TunnelException">OpenSSL's libcrypto is absent.</exception>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WireGuardPrivateKey? key)
    {
        Span<byte> bytes = stackalloc byte[X25519.KeySize];
        key = WireGuardPublicKey.TryDecode(text, bytes) ? new WireGuardPrivateKey(bytes) : null;
        CryptographicOperations.ZeroMemory(bytes);
        return key is not null;
    }

    /// <summary>The secret in base64, as configurations of WireGuard hold it. Never log it.</summary>
    public string ExportBase64() => Convert.ToBase64String(_bytes);

    /// <summary>Names the key by its public half; the secret is not in it.</summary>
    public override string ToString() => $"private key of {PublicKey}";

    /// <summary>Reads 32 bytes.</summary>
    internal static WireGuardPrivateKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, X25519.KeySize, nameof(bytes));
        return new WireGuardPrivateKey(bytes);
    }

    /// <summary>Reads a PKCS#8 <c>PrivateKeyInfo</c> of X25519 (RFC 8410, section 7).</summary>
    /// <exception cref="TunnelException">It is not one.</exception>
    internal static WireGuardPrivateKey FromPkcs8(ReadOnlyMemory<byte> pkcs8)
    {
        try
        {
            AsnReader info = new AsnReader(pkcs8, AsnEncodingRules.DER).ReadSequence();
            _ = info.ReadInteger();
            string algorithm = info.ReadSequence().ReadObjectIdentifier();
            byte[] key = new AsnReader(info.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
            return algorithm == AlgorithmIdentifier && key.Length == X25519.KeySize
                ? new WireGuardPrivateKey(key)
                : throw new TunnelException($"the private key is not one of X25519 but of {algorithm}");
        }
        catch (AsnContentException e)
        {
            throw new TunnelException("the private key is not in PKCS#8", innerException: e);
        }
    }

    /// <summary>The secret in lower-case hexadecimal, as the socket of a userspace device takes it.</summary>
    internal string ExportHex() => Convert.ToHexStringLower(_bytes);

    /// <summary>The secret as a PKCS#8 <c>PrivateKeyInfo</c> of X25519 (RFC 8410, section 7).</summary>
    internal byte[] ExportPkcs8()
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        key.WriteOctetString(_bytes);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(AlgorithmIdentifier);
            }

            writer.WriteOctetString(key.Encode());
        }

        return writer.Encode();
    }
}
