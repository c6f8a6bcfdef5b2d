namespace Guardian.Storage;

/// <summary>
/// Tells plaintext behind a header from ciphertext, as far as that can be told without a key: bytes that AES-GCM made look drawn at random, each value as often as the other. A clip
/// that somebody only put a header in front of does not.
/// </summary>
/// <remarks>
/// 1. The first bytes must not be the start of a common file: at least six fixed bytes each, so random bytes match any of them with less than 2^-44.
/// 2. Over the first mebibyte no byte value may be more frequent or rarer than chance allows: with n bytes a count is binomial with mean n/256, and by Chernoff's bound
///    it leaves the mean by a share d (at most 1) with probability at most 2·exp(−n·d²/768). d is set so that all 256 values together stay under 2^-40.
/// So an honest object is refused once in 2^39 at the most. Plaintext that is itself as good as random, such as an archive compressed well, passes: what the node refuses are
/// mistakes and lies that can be seen, and a viewer notices the rest.
/// </remarks>
internal sealed class PlaintextProbe
{
    /// <summary>Bytes that are counted.</summary>
    public const int Window = 1 << 20;

    /// <summary>With fewer bytes than this chance alone explains any count.</summary>
    public const int MinCounted = 32 * 1024;

    private const int StartSize = 16;

    /// <summary>2·256·exp(−n·d²/768) = 2^-40, solved for n·d².</summary>
    private static readonly double Spread = 768 * (Math.Log(512) + (40 * Math.Log(2)));

    /// <summary>The element that every EBML header has: its version, one byte long.</summary>
    private static ReadOnlySpan<byte> EbmlVersion => [0x42, 0x86, 0x81];

    private readonly int[] _counts = new int[256];
    private readonly byte[] _start = new byte[StartSize];
    private int _seen;

    /// <summary>Takes the payload's bytes in their order; those past the window are ignored.</summary>
    /// <returns>Null, or what the bytes show.</returns>
    public string? Add(ReadOnlySpan<byte> payload)
    {
        if (_seen >= Window || payload.IsEmpty)
        {
            return null;
        }

        if (_seen < StartSize)
        {
            payload[..Math.Min(payload.Length, StartSize - _seen)].CopyTo(_start.AsSpan(_seen));
        }

        ReadOnlySpan<byte> counted = payload[..Math.Min(payload.Length, Window - _seen)];
        foreach (byte b in counted)
        {
            _counts[b]++;
        }

        bool startWasKnown = _seen >= StartSize;
        _seen += counted.Length;
        return !startWasKnown && _seen >= StartSize && Recognise(_start) is { } kind ? $"payload: it starts like {kind}, so it is not ciphertext"
            : _seen == Window ? Conclude() : null;
    }

    /// <summary>Judges what was counted: at the window's end, or at the object's.</summary>
    public string? Conclude()
    {
        if (_seen < MinCounted)
        {
            return null;
        }

        double mean = _seen / 256.0;
        double allowed = mean * Math.Sqrt(Spread / _seen);
        int worst = 0;
        for (int i = 1; i < _counts.Length; i++)
        {
            worst = Math.Abs(_counts[i] - mean) > Math.Abs(_counts[worst] - mean) ? i : worst;
        }

        return Math.Abs(_counts[worst] - mean) <= allowed ? null
            : $"payload: byte 0x{worst:x2} stands {_counts[worst]} times in {_seen}, ciphertext has it {mean:0} ± {allowed:0} times";
    }

    private static string? Recognise(ReadOnlySpan<byte> start) => start switch
    {
        [0, 0, 0, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "an MP4 file",
        [0xff, 0xd8, 0xff, 0xe0, _, _, (byte)'J', (byte)'F', (byte)'I', (byte)'F', ..] => "a JPEG file",
        [0xff, 0xd8, 0xff, 0xe1, _, _, (byte)'E', (byte)'x', (byte)'i', (byte)'f', ..] => "a JPEG file",
        [0xff, 0xd8, 0xff, 0xdb, 0, 0x43 or 0x84, ..] => "a JPEG file",
        [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', ..] => "a PNG file",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'A', (byte)'V', (byte)'I', ..] => "an AVI file",
        [0x1a, 0x45, 0xdf, 0xa3, _, _, ..] when start[5..14].IndexOf(EbmlVersion) >= 0 => "a Matroska file",
        [0, 0, 0, 1, 0x67, 0x42 or 0x4d or 0x64, ..] => "an H.264 stream",
        [0, 0, 0, 1, 0x40, 1, ..] => "an H.265 stream",
        [(byte)'G', (byte)'S', (byte)'E', (byte)'A', (byte)'L', (byte)'E', (byte)'D', (byte)'\n', ..] => "another sealed object",
        _ => null,
    };
}
