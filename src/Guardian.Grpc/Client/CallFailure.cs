using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Client;

/// <summary>Turns what the transport throws into a status.</summary>
internal static class CallFailure
{
    public static RpcException From(Exception exception, bool deadlinePassed, bool cancelled)
    {
        if (exception is RpcException known)
        {
            return known;
        }

        // The deadline comes first: at it the call cancels itself, and both are true.
        if (deadlinePassed)
        {
            return new RpcException(StatusCode.DeadlineExceeded, "deadline exceeded", innerException: exception);
        }

        if (cancelled)
        {
            return new RpcException(StatusCode.Cancelled, "cancelled", innerException: exception);
        }

        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpProtocolException protocol)
            {
                return new RpcException(FromProtocolError(protocol), $"HTTP/2 error {protocol.ErrorCode}", innerException: exception);
            }
        }

        StatusCode status = exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException ? StatusCode.Unavailable : StatusCode.Internal;
        return new RpcException(status, exception.Message, innerException: exception);
    }

    // A reset of this call has a status of its own; the same codes also end whole connections (a missed ping is code 1), and those are UNAVAILABLE.
    // The exception tells the two apart in its text alone, which the runtime does not translate.
    private static StatusCode FromProtocolError(HttpProtocolException e) =>
        e.Message.Contains("reset the stream", StringComparison.Ordinal) ? StatusMapping.FromReset(e.ErrorCode) : StatusCode.Unavailable;
}
