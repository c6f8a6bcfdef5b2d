using System.Security.Cryptography;
using Guardian.Shared.Files;

namespace Guardian.Tunnel;

/// <summary>
/// A private key on the disk: PKCS#8 in PEM, mode 0600. With a passphrase it is an <c>ENCRYPTED PRIVATE KEY</c> (RFC 8018, PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC),
/// which <c>openssl pkey</c> opens too.
/// </summary>
internal static class PrivateKeyFile
{
    private const string PlainLabel = "PRIVATE KEY", LockedLabel = "ENCRYPTED PRIVATE KEY";

    /// <summary>Far above any key that is kept here; what is larger is some other file.</summary>
    private const int MaxSize = 64 * 1024;

    /// <summary>Writes or replaces a key's file; on return it is on the disk.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="pkcs8">The key, a PKCS#8 <c>PrivateKeyInfo</c>.</param>
    /// <param name="passphrase">Locks the file; null or empty leaves it readable to whoever has the disk.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> pkcs8, string? passphrase) => DurableFile.Write(
        path,
        string.IsNullOrEmpty(passphrase)
            ? PemEncoding.WriteString(PlainLabel, pkcs8) + "\n"
            : PemEncoding.WriteString(LockedLabel, EncryptedPrivateKey.Encrypt(pkcs8, passphrase)) + "\n");

    /// <summary>
    /// Reads a key's file. One that is not locked yet is locked when a passphrase is given, so that setting a passphrase is all an operator has to do.
    /// </summary>
    /// <returns>The key, a PKCS#8 <c>PrivateKeyInfo</c>.</returns>
    /// <exception cref="TunnelException">The file is locked and no passphrase is given, the passphrase is wrong, or it holds no key.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path, string? passphrase)
    {
        string pem = ReadText(path);
        if (!PemEncoding.TryFind(pem, out PemFields fields))
        {
            throw new TunnelException($"{path}: no private key in PEM was found");
        }

        byte[] content = Convert.FromBase64String(pem[fields.Base64Data]);
        switch (pem[fields.Label])
        {
            case PlainLabel:
                if (!string.IsNullOrEmpty(passphrase))
                {
                    Write(path, content, passphrase);
                }

                return content;
            case LockedLabel when string.IsNullOrEmpty(passphrase):
                throw new TunnelException($"{path} is locked: give the passphrase");
            case LockedLabel:
                return Unlock(path, content, passphrase);
            case var label:
                throw new TunnelException($"{path}: a '{PlainLabel}' or '{LockedLabel}' is needed, not a '{label}'");
        }
    }

    private static string ReadText(string path)
    {
        long size = new FileInfo(path).Length;
        return size <= MaxSize ? File.ReadAllText(path) : throw new TunnelException($"{path}: a key's file has at most {MaxSize} bytes, this one {size}");
    }

    private static byte[] Unlock(string path, byte[] content, string passphrase)
    {
        try
        {
            return EncryptedPrivateKey.Decrypt(content, passphrase);
        }
        catch (CryptographicException e)
        {
            // The padding cannot tell a wrong key from damaged bytes.
            throw new TunnelException($"{path}: wrong passphrase, or the file is damaged", innerException: e);
        }
    }
}
