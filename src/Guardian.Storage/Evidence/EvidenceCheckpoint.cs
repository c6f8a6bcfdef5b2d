using System.Globalization;

namespace Guardian.Storage;

/// <summary>
/// What a log vouches for at one moment: so many entries, under this root. A checkpoint of C2SP's tlog-checkpoint with its time in an extension line.
/// </summary>
public sealed class EvidenceCheckpoint
{
    private const string TimeWord = "time ";

    private EvidenceCheckpoint(string origin, long size, ReadOnlyMemory<byte> root, DateTimeOffset at, SignedNote note)
    {
        Origin = origin;
        Size = size;
        Root = root;
        At = at;
        Signed = note;
    }

    /// <summary>The log's name: its first signer's key is part of it, so no two logs share one.</summary>
    public string Origin { get; }

    /// <summary>Entries of the log.</summary>
    public long Size { get; }

    /// <summary>The root hash over them, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Root { get; }

    /// <summary>When it was signed, by the node's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The signed note, as it is published.</summary>
    public string Note => Signed.ToString();

    internal SignedNote Signed { get; }

    /// <summary>Reads a checkpoint; that its signatures hold is not checked here.</summary>
    /// <exception cref="StorageException">The text is not a checkpoint.</exception>
    public static EvidenceCheckpoint Parse(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (SignedNote.Parse(note) is not { } signed)
        {
            throw new StorageException("checkpoint: not a signed note");
        }

        string[] lines = signed.Text.Split('\n')[..^1];
        byte[] root = new byte[MerkleHash.Size + 2];
        bool sound = lines.Length == 4 && lines[0].Length is >= 1 and <= 256
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && Convert.TryFromBase64String(lines[2], root, out int read) && read == MerkleHash.Size
            && lines[3].StartsWith(TimeWord, StringComparison.Ordinal)
            && long.TryParse(lines[3].AsSpan(TimeWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long ms) && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return sound
            ? new EvidenceCheckpoint(lines[0], Parse64(lines[1]), root.AsMemory(0, MerkleHash.Size), DateTimeOffset.FromUnixTimeMilliseconds(Parse64(lines[3].AsSpan(TimeWord.Length))), signed)
            : throw new StorageException("checkpoint: four lines are needed: origin, size, root hash in base64, time");
    }

    /// <summary>Whether the log's own signature by <paramref name="key"/> is there and holds.</summary>
    public bool IsSignedBy(EvidencePublicKey key) => Signed.IsSignedBy(Origin, key);

    /// <summary>Whether a witness of that name and key has countersigned.</summary>
    public bool IsWitnessedBy(string name, EvidencePublicKey key) => name != Origin && Signed.IsSignedBy(name, key);

    internal static EvidenceCheckpoint Sign(string origin, long size, ReadOnlyMemory<byte> root, DateTimeOffset at, EvidenceSigningKey key)
    {
        long ms = at.ToUnixTimeMilliseconds();
        string text = string.Create(CultureInfo.InvariantCulture, $"{origin}\n{size}\n{Convert.ToBase64String(root.Span)}\n{TimeWord}{ms}\n");
        return new EvidenceCheckpoint(origin, size, root, DateTimeOffset.FromUnixTimeMilliseconds(ms), SignedNote.Sign(text, origin, key));
    }

    /// <summary>Adds a witness's signature: whoever holds this checkpoint then knows that the witness saw it, and nobody can show the witness another one of the same size unnoticed.</summary>
    /// <param name="name">The witness's name: 1 to 128 characters without white space or <c>+</c>, and not the log's.</param>
    /// <param name="privateKeyPem">The witness's private key on P-256, in PEM.</param>
    /// <exception cref="ArgumentException">The name is out of range.</exception>
    /// <exception cref="StorageException">The key is not one on P-256.</exception>
    public EvidenceCheckpoint Countersign(string name, string privateKeyPem)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(privateKeyPem);
        if (name.Length is 0 or > 128 || name == Origin || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+'))
        {
            throw new ArgumentException("name: 1 to 128 characters without white space or + are needed, and not the log's own name", nameof(name));
        }

        using EvidenceSigningKey key = EvidenceSigningKey.FromPem(privateKeyPem, "witness key");
        return CountersignedBy(name, key);
    }

    internal EvidenceCheckpoint CountersignedBy(string name, EvidenceSigningKey key) => new(Origin, Size, Root, At, Signed.CountersignedBy(name, key));

    private static long Parse64(ReadOnlySpan<char> digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
