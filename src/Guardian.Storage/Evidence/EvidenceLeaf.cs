using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Guardian.Storage;

/// <summary>
/// What the tree hashes of an entry: version, kind, time, and a salted hash of the details. It tells nobody what the details are, and stays when they are erased.
/// </summary>
internal sealed record EvidenceLeaf(EvidenceKind Kind, DateTimeOffset At, ReadOnlyMemory<byte> Commitment)
{
    public const int Size = 1 + 1 + 8 + SHA256.HashSizeInBytes;
    public const int SaltSize = 32;
    private const byte Version = 1;

    /// <summary>The hash that binds details without showing them: the salt makes guessing them useless.</summary>
    public static byte[] Commit(ReadOnlySpan<byte> salt, string details)
    {
        byte[] text = Encoding.UTF8.GetBytes(details);
        byte[] input = new byte[salt.Length + text.Length];
        salt.CopyTo(input);
        text.CopyTo(input, salt.Length);
        return SHA256.HashData(input);
    }

    public byte[] Encode()
    {
        byte[] bytes = new byte[Size];
        bytes[0] = Version;
        bytes[1] = (byte)Kind;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(2), At.ToUnixTimeMilliseconds());
        Commitment.Span.CopyTo(bytes.AsSpan(10));
        return bytes;
    }

    /// <returns>Null when the bytes are not a leaf of a known version.</returns>
    public static EvidenceLeaf? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || bytes[0] != Version || !Enum.IsDefined((EvidenceKind)bytes[1]))
        {
            return null;
        }

        long at = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        return at < 0 || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? null
            : new EvidenceLeaf((EvidenceKind)bytes[1], DateTimeOffset.FromUnixTimeMilliseconds(at), bytes[10..].ToArray());
    }
}
