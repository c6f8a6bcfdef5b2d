namespace Guardian.Grpc.Wire;

/// <summary>Statuses for answers that carry none of their own.</summary>
internal static class StatusMapping
{
    /// <summary>By the gRPC project's <c>doc/http-grpc-status-mapping.md</c>.</summary>
    public static StatusCode FromHttp(int status) => status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>HTTP/2 error codes of RST_STREAM, by <c>doc/PROTOCOL-HTTP2.md</c> ("Errors").</summary>
    public static StatusCode FromReset(long errorCode) => errorCode switch
    {
        7 => StatusCode.Unavailable, // REFUSED_STREAM: never processed
        8 => StatusCode.Cancelled,
        11 => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        12 => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    /// <summary>A number on the wire that this version does not know means UNKNOWN.</summary>
    public static StatusCode FromNumber(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) && number is >= 0 and <= (int)StatusCode.Unauthenticated
            ? (StatusCode)number
            : StatusCode.Unknown;
}
