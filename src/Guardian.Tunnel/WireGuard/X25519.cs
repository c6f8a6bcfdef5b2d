using System.Runtime.InteropServices;

namespace Guardian.Tunnel;

/// <summary>
/// The one operation of X25519 (RFC 7748) that is needed here: the public key of a private one. The base library does not have it, so it is asked of OpenSSL's libcrypto, which .NET
/// itself uses on Linux.
/// </summary>
internal static unsafe class X25519
{
    /// <summary>Bytes of a key, private or public.</summary>
    public const int KeySize = 32;

    /// <summary>NID_X25519 of OpenSSL's objects.</summary>
    private const int Algorithm = 1034;

    private static readonly string[] Names = ["libcrypto.so.3", "libcrypto.so.1.1"];
    private static readonly Lazy<Functions> Library = new(Load);

    /// <summary>Derives the public key.</summary>
    /// <exception cref="TunnelException">libcrypto is absent or refuses.</exception>
    public static void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, KeySize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, KeySize);
        Functions crypto = Library.Value;
        fixed (byte* secret = privateKey, result = publicKey)
        {
            nint key = crypto.NewPrivateKey(Algorithm, 0, secret, KeySize);
            nuint size = KeySize;
            bool derived = key != 0 && crypto.GetPublicKey(key, result, &size) == 1 && size == KeySize;
            crypto.Free(key);
            if (!derived)
            {
                throw new TunnelException("OpenSSL's libcrypto refused to derive an X25519 public key");
            }
        }
    }

    private static Functions Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                return new Functions(library);
            }
        }

        throw new TunnelException($"WireGuard keys need OpenSSL's libcrypto ({string.Join(" or ", Names)}), which is not installed. Install the package libssl3 (Debian, Ubuntu) or openssl-libs (Fedora).");
    }

    private readonly struct Functions(nint library)
    {
        public readonly delegate* unmanaged<int, nint, byte*, nuint, nint> NewPrivateKey =
            (delegate* unmanaged<int, nint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "EVP_PKEY_new_raw_private_key");

        public readonly delegate* unmanaged<nint, byte*, nuint*, int> GetPublicKey =
            (delegate* unmanaged<nint, byte*, nuint*, int>)NativeLibrary.GetExport(library, "EVP_PKEY_get_raw_public_key");

        public readonly delegate* unmanaged<nint, void> Free = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_PKEY_free");
    }
}
