namespace Guardian.Grpc;

/// <summary>
/// A call that ended with a status other than <see cref="StatusCode.OK"/>. A client gets it from reading; a handler throws it to end its call
/// with that status.
/// </summary>
/// <param name="statusCode">The status. A handler that throws <see cref="StatusCode.OK"/> is answered as <see cref="StatusCode.Unknown"/>.</param>
/// <param name="detail">The text of <c>grpc-message</c>. It goes to the peer as it is: no secrets. Beyond 4 KiB encoded it is cut on the wire.</param>
/// <param name="trailers">Metadata that travels with the status; null for none.</param>
/// <param name="innerException">What caused this. Never sent.</param>
public sealed class RpcException(StatusCode statusCode, string detail, Metadata? trailers = null, Exception? innerException = null)
    : Exception($"{statusCode}: {detail}", innerException)
{
    /// <summary>The status of the call.</summary>
    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>The peer's words, or this end's when the failure happened here. Empty when there are none.</summary>
    public string Detail { get; } = detail;

    /// <summary>Metadata that came, or shall go, with the status. Never null.</summary>
    public Metadata Trailers { get; } = trailers ?? [];

    /// <summary>
    /// Whether the same call may succeed later without anything else changing: true for <see cref="StatusCode.Unavailable"/>,
    /// <see cref="StatusCode.DeadlineExceeded"/> and <see cref="StatusCode.Aborted"/>. <see cref="StatusCode.ResourceExhausted"/> is not among them,
    /// since a message over the size limit has the same code and would fail for ever.
    /// </summary>
    public bool IsTransient => StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted;
}
