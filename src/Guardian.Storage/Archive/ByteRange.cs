namespace Guardian.Storage;

/// <summary>A run of bytes inside an object: at least one byte, never negative.</summary>
public readonly record struct ByteRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="offset">The first byte, from 0.</param>
    /// <param name="count">How many bytes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative, the count is under 1, or the end is past <see cref="long.MaxValue"/>.</exception>
    public ByteRange(long offset, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, long.MaxValue - offset);
        Offset = offset;
        Count = count;
    }

    /// <summary>The first byte, from 0.</summary>
    public long Offset { get; }

    /// <summary>How many bytes.</summary>
    public long Count { get; }
}
