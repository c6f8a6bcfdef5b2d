using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Guardian.ReferenceHost.Composition;

namespace Guardian.ReferenceHost.Api;

/// <summary>The token that the REST API asks for. Shown once, when it is made; the data folder holds its hash.</summary>
internal sealed class ApiToken
{
    private const string Prefix = "guardian-api-";
    private const int HashDigits = 2 * SHA256.HashSizeInBytes;
    private readonly byte[] _hash;

    private ApiToken(byte[] hash, string? plaintext)
    {
        _hash = hash;
        Plaintext = plaintext;
    }

    /// <summary>The token itself, only in the process that made it.</summary>
    public string? Plaintext { get; }

    /// <summary>The token whose hash a file holds; null when there is none yet.</summary>
    /// <exception cref="IOException">The file holds something else, or cannot be read.</exception>
    public static ApiToken? Open(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        string text = File.ReadAllText(file).Trim();
        return text.Length == HashDigits && text.All(char.IsAsciiHexDigit)
            ? new ApiToken(Convert.FromHexString(text), null)
            : throw new IOException($"{file}: not {HashDigits} hexadecimal digits; delete it for a new token at the next start");
    }

    /// <summary>Makes a token and keeps its hash.</summary>
    public static ApiToken Create(string file)
    {
        string token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        byte[] hash = Hash(token);
        OwnersFile.Write(file, Convert.ToHexStringLower(hash) + "\n");
        return new ApiToken(hash, token);
    }

    /// <summary>Whether an <c>Authorization</c> header carries the token. Hashes are compared, in constant time.</summary>
    public bool Accepts(string? authorization)
    {
        const string scheme = "Bearer ";
        return authorization is { Length: < 512 } && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(authorization[scheme.Length..].Trim()), _hash);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
