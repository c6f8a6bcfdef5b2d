using System.Security.Cryptography;

namespace Guardian.Demo;

/// <summary>Looks for the customer's private key in a folder, in every form it could lie there.</summary>
internal static class KeySearch
{
    /// <returns>The files that hold it, and how many were searched.</returns>
    public static (List<string> Found, int Searched) Run(string folder, string encryptedPem, string passphrase)
    {
        using var key = ECDiffieHellman.Create();
        key.ImportFromEncryptedPem(encryptedPem, passphrase);
        byte[] scalar = key.ExportParameters(includePrivateParameters: true).D!;
        byte[] encrypted = Convert.FromBase64String(encryptedPem[PemEncoding.Find(encryptedPem).Base64Data]);
        byte[][] needles =
        [
            scalar,
            System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(scalar)),
            System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(scalar)),
            System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(scalar)[..40]),
            encrypted[^48..],
            System.Text.Encoding.ASCII.GetBytes(encryptedPem.Split('\n')[2]),
            System.Text.Encoding.UTF8.GetBytes(passphrase),
        ];
        // An empty file holds nothing, and the node's lock file cannot be opened by another process.
        string[] files = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 0)];
        return ([.. files.Where(f => Contains(f, needles))], files.Length);
    }

    private static bool Contains(string file, byte[][] needles)
    {
        byte[] content = ReadShared(file);
        return needles.Any(n => content.AsSpan().IndexOf(n) >= 0);
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
