using System.Text;

namespace Guardian.Storage;

/// <summary>A text with signatures under it, as C2SP's signed-note writes it. It proves nothing before <see cref="IsSignedBy"/> says so.</summary>
internal sealed class SignedNote
{
    /// <summary>A note in this log is a few lines; nothing longer is read.</summary>
    public const int MaxSize = 64 * 1024;
    private const int MaxSignatures = 32;
    private const int HintSize = 4;
    private const string Dash = "— ";

    private readonly List<(string Name, byte[] Hint, byte[] Signature)> _signatures;

    private SignedNote(string text, List<(string Name, byte[] Hint, byte[] Signature)> signatures)
    {
        Text = text;
        _signatures = signatures;
    }

    /// <summary>What is signed, its last line feed included.</summary>
    public string Text { get; }

    /// <summary>The names that signature lines carry, whether they verify or not.</summary>
    public IEnumerable<string> Names => _signatures.Select(s => s.Name);

    public static SignedNote Sign(string text, string name, EvidenceSigningKey key) => new SignedNote(text, []).CountersignedBy(name, key);

    /// <returns>Null when the text is not a note.</returns>
    public static SignedNote? Parse(string note)
    {
        int split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (note.Length > MaxSize || split < 0 || !note.EndsWith('\n') || note.Any(c => c < ' ' && c != '\n'))
        {
            return null;
        }

        string[] lines = note[(split + 2)..].Split('\n')[..^1];
        var signatures = new List<(string, byte[], byte[])>();
        foreach (string line in lines)
        {
            string[] parts = line.StartsWith(Dash, StringComparison.Ordinal) ? line[Dash.Length..].Split(' ') : [];
            byte[] bytes = new byte[line.Length];
            if (parts.Length != 2 || parts[0].Length == 0 || !Convert.TryFromBase64String(parts[1], bytes, out int count) || count <= HintSize)
            {
                return null;
            }

            signatures.Add((parts[0], bytes[..HintSize], bytes[HintSize..count]));
        }

        return signatures.Count is >= 1 and <= MaxSignatures ? new SignedNote(note[..(split + 1)], signatures) : null;
    }

    /// <summary>The same note with one more signature.</summary>
    public SignedNote CountersignedBy(string name, EvidenceSigningKey key) => new(Text, [.. _signatures, (name, key.PublicKey.Hint.ToArray(), key.Sign(Text))]);

    /// <summary>Whether a signature line of that name and key is there and verifies.</summary>
    public bool IsSignedBy(string name, EvidencePublicKey key)
    {
        byte[] hint = key.Hint.ToArray();
        byte[] text = Encoding.UTF8.GetBytes(Text);
        return _signatures.Any(s => s.Name == name && s.Hint.AsSpan().SequenceEqual(hint) && key.Verify(text, s.Signature));
    }

    public override string ToString()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach ((string name, byte[] hint, byte[] signature) in _signatures)
        {
            note.Append(Dash).Append(name).Append(' ').Append(Convert.ToBase64String([.. hint, .. signature])).Append('\n');
        }

        return note.ToString();
    }
}
