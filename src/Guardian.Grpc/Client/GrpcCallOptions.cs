namespace Guardian.Grpc;

/// <summary>What one call wants beyond its message.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>Metadata for the server. Null, the default, for none.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>
    /// Longest time for the whole call, counted here from its start and told to the server; then the call ends with
    /// <see cref="StatusCode.DeadlineExceeded"/>. Null, the default, for no limit; zero or less has passed already; beyond 40 days counts as 40 days.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Whether request messages are compressed with gzip. Default false. A server that does not know gzip answers
    /// <see cref="StatusCode.Unimplemented"/>. <see cref="GrpcCall{TRequest, TResponse}.CompressRequests"/> switches it for single messages.
    /// </summary>
    public bool Compress { get; init; }
}
