namespace Guardian.Tunnel;

/// <summary>What became of a clip upload.</summary>
/// <param name="TotalBytes">Bytes that the node holds durably: all of them.</param>
/// <param name="Attempts">Calls that it took, from 1.</param>
public sealed record ClipUploadResult(long TotalBytes, int Attempts);
