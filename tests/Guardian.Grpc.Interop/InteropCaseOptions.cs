namespace Guardian.Grpc.Interop;

/// <summary>How a case is run.</summary>
/// <param name="Probe">
/// Whether the compressed-request cases first send a request that lies about its compression. Upstream does so to find out whether a server can tell;
/// a server whose library hides it from its service cannot.
/// </param>
public sealed record InteropCaseOptions(bool Probe = true);
