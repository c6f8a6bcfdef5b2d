namespace Guardian.Grpc;

/// <summary>
/// The status of a call. Numbers and meanings are those of the gRPC project's <c>doc/statuscodes.md</c>; they travel in <c>grpc-status</c>.
/// </summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, typically by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error without a better name, among them any exception of a handler that is not an <see cref="RpcException"/>.</summary>
    Unknown = 2,

    /// <summary>The request is wrong, whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>Time ran out before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What should be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A bound was reached: a quota, a full disk, or the size of a message.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in a state in which the call could succeed.</summary>
    FailedPrecondition = 9,

    /// <summary>The call lost against a concurrent one.</summary>
    Aborted = 10,

    /// <summary>The call went past a valid range, such as the end of a file.</summary>
    OutOfRange = 11,

    /// <summary>The server does not serve this method, or not in this form.</summary>
    Unimplemented = 12,

    /// <summary>An invariant is broken, among them the framing of the protocol itself.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached or is going away; retry with a back-off.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt for good.</summary>
    DataLoss = 15,

    /// <summary>The caller did not prove who it is.</summary>
    Unauthenticated = 16,
}
