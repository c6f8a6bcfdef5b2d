namespace Guardian.Storage;

/// <summary>An open object or a range of it. Dispose it to free the file or connection behind it.</summary>
public sealed class ArchiveRead : IAsyncDisposable
{
    /// <summary>Makes the result of a read.</summary>
    /// <param name="content">The bytes; owned by this object from now on.</param>
    /// <param name="count">How many bytes <paramref name="content"/> gives.</param>
    /// <param name="totalSize">How many the whole object has.</param>
    public ArchiveRead(Stream content, long count, long totalSize)
    {
        Content = content;
        Count = count;
        TotalSize = totalSize;
    }

    /// <summary>The bytes, once, from the first to the last of the range.</summary>
    public Stream Content { get; }

    /// <summary>Bytes that <see cref="Content"/> gives.</summary>
    public long Count { get; }

    /// <summary>Bytes of the whole object.</summary>
    public long TotalSize { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
