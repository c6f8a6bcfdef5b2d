namespace Guardian.Grpc.Wire;

/// <summary>Names and values that both ends share, from the gRPC project's <c>doc/PROTOCOL-HTTP2.md</c>.</summary>
internal static class Protocol
{
    public const string ContentType = "application/grpc";
    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";
    public const string TimeoutHeader = "grpc-timeout";
    public const string EncodingHeader = "grpc-encoding";
    public const string AcceptEncodingHeader = "grpc-accept-encoding";
    public const string Gzip = "gzip";
    public const string Identity = "identity";
    public const string AcceptedEncodings = "identity,gzip";

    /// <summary>The gRPC project's default for a received message.</summary>
    public const int DefaultMaxReceiveMessageSize = 4 << 20;

    /// <summary>Whether a content type is gRPC's with protobuf or an unnamed encoding; grpc-web is another protocol.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');
}
