namespace Guardian.Grpc.Interop;

/// <summary>A case did not end as it should.</summary>
public sealed class InteropFailedException(string message) : Exception(message);
