using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Guardian.Tunnel;

/// <summary>The public half of a WireGuard key pair, which is also the name of a peer: 32 bytes, an X25519 public key.</summary>
public sealed class WireGuardPublicKey : IEquatable<WireGuardPublicKey>
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = X25519.KeySize;

    private readonly byte[] _bytes;

    /// <summary>Takes a key's bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not <see cref="Size"/> of them.</exception>
    public WireGuardPublicKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size, nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>Reads a key in base64, as <c>wg</c> shows it: 44 characters.</summary>
    /// <returns>False when it is not one.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WireGuardPublicKey? key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        key = TryDecode(text, bytes) ? new WireGuardPublicKey(bytes) : null;
        return key is not null;
    }

    /// <summary>A copy of the key's bytes.</summary>
    public byte[] ToBytes() => [.. _bytes];

    /// <summary>The key in lower-case hexadecimal, as the socket of a userspace device has it.</summary>
    public string ToHex() => Convert.ToHexStringLower(_bytes);

    /// <summary>The key in base64, as <c>wg</c> shows it.</summary>
    public override string ToString() => Convert.ToBase64String(_bytes);

    /// <inheritdoc/>
    public bool Equals(WireGuardPublicKey? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WireGuardPublicKey);

    /// <summary>A hash for collections; a key's own bytes are as good as random.</summary>
    public override int GetHashCode() => MemoryMarshal.Read<int>(_bytes);

    /// <summary>Reads 32 bytes in base64 of 44 characters, the only form that <c>wg</c> accepts.</summary>
    internal static bool TryDecode(string? text, Span<byte> bytes) =>
        text is { Length: 44 } && Base64.IsValid(text, out int size) && size == Size && Convert.TryFromBase64String(text, bytes, out _);
}
