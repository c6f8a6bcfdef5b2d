using System.Security.Cryptography;
using System.Text;

namespace Guardian.Storage;

/// <summary>
/// A bucket's name by the rules that every S3 server shares: 3 to 63 characters of <c>a-z 0-9 . -</c>, first and last a letter or digit.
/// </summary>
public readonly record struct BucketName
{
    private const int MaxLength = 63;
    private readonly string? _name;

    private BucketName(string name) => _name = name;

    /// <summary>
    /// The bucket of a camera: <c>camera-{id}</c> where the id fits the rules as it is, else <c>camera-{what fits of it}-{16 hexadecimal digits}</c>, the
    /// start of the id's SHA-256, so that two ids share a bucket by chance once in 2^64 only. An id that looks like the second form is hashed as well.
    /// </summary>
    /// <exception cref="ArgumentException">The id is empty or longer than 128 characters.</exception>
    public static BucketName ForCamera(string cameraId)
    {
        if (cameraId.Length is 0 or > 128)
        {
            throw new ArgumentException("camera id: 1 to 128 characters are needed", nameof(cameraId));
        }

        const string prefix = "camera-";
        bool fits = prefix.Length + cameraId.Length <= MaxLength && cameraId.All(IsAllowed) && char.IsAsciiLetterOrDigit(cameraId[^1])
            && HasSoundDots(prefix + cameraId) && !LooksHashed(cameraId);
        if (fits)
        {
            return new BucketName(prefix + cameraId);
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cameraId)))[..16];
        string readable = new([.. cameraId.ToLowerInvariant().Select(c => IsAllowed(c) && c != '.' ? c : '-').Take(MaxLength - prefix.Length - 17)]);
        return new BucketName($"{prefix}{readable}-{hash}");
    }

    /// <summary>Takes a name as it is.</summary>
    /// <exception cref="ArgumentException">It breaks the rules.</exception>
    public static BucketName Parse(string name) =>
        name.Length is >= 3 and <= MaxLength && name.All(IsAllowed) && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
            && HasSoundDots(name)
        ? new BucketName(name)
        : throw new ArgumentException("bucket: 3 to 63 characters of a-z 0-9 . - are needed, the first and last a letter or digit, dots between such only", nameof(name));

    /// <summary>The name.</summary>
    public override string ToString() => _name ?? throw new InvalidOperationException("an uninitialised bucket name");

    /// <summary>S3 takes a dot between letters and digits only.</summary>
    private static bool HasSoundDots(string name) =>
        !name.Contains("..", StringComparison.Ordinal) && !name.Contains(".-", StringComparison.Ordinal) && !name.Contains("-.", StringComparison.Ordinal);

    private static bool IsAllowed(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.';

    private static bool LooksHashed(string id) => id.Length > 17 && id[^17] == '-' && id[^16..].All(char.IsAsciiHexDigitLower);
}
