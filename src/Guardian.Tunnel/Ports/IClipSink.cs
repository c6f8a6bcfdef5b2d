namespace Guardian.Tunnel;

/// <summary>One clip being taken. Disposed without completion, it keeps what came for a resume.</summary>
public interface IClipSink : IAsyncDisposable
{
    /// <summary>Bytes taken so far, those of earlier uploads included.</summary>
    long Position { get; }

    /// <summary>Takes the next bytes; the memory is the caller's again when the task ends.</summary>
    /// <returns>Null, or why the clip is refused as a whole.</returns>
    ValueTask<ClipRefusal?> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Ends the clip. When the task ends with null, it is durable.</summary>
    Task<ClipRefusal?> CompleteAsync(CancellationToken cancellationToken);
}
