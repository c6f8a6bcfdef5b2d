using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Guardian.ReferenceHost.Api;

/// <summary>The token that the REST API asks for. Shown once, when it is made; the data folder holds its hash.</summary>
internal sealed class ApiToken
{
    private const string Prefix = "guardian-api-";
    private readonly byte[] _hash;

    private ApiToken(byte[] hash, string? plaintext)
    {
        _hash = hash;
        Plaintext = plaintext;
    }

    /// <summary>The token itself, only in the process that made it.</summary>
    public string? Plaintext { get; }

    public static ApiToken OpenOrCreate(string file)
    {
        if (File.Exists(file))
        {
            return new ApiToken(Convert.FromHexString(File.ReadAllText(file).Trim()), null);
        }

        string token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        byte[] hash = Hash(token);
        using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash) + "\n"));
            stream.Flush(flushToDisk: true);
        }

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
