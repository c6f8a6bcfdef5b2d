namespace Guardian.Analysis;

/// <summary>What a camera's baseline has counted in one hour of the day.</summary>
public sealed record BaselineHour
{
    /// <summary>An hour in which nothing has been observed.</summary>
    public static BaselineHour Empty { get; } = new();

    /// <summary>Frames observed.</summary>
    public long Frames { get; init; }

    /// <summary>Frames of those with at least one object.</summary>
    public long ActiveFrames { get; init; }

    /// <summary>Objects in all of them.</summary>
    public long Objects { get; init; }

    /// <summary>Sum over the frames of the squared number of objects.</summary>
    public long SquaredObjects { get; init; }

    /// <summary>Most objects in one frame.</summary>
    public long MaxObjects { get; init; }

    /// <summary>Frames in which something covered each cell of <see cref="BaselineGrid"/>, by cell index; empty stands for all zero.</summary>
    public ReadOnlyMemory<long> Cells { get; init; }
}
