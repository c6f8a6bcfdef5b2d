namespace Guardian.Grpc.Wire;

/// <summary>What reading a frame gave: a value, or the end of the stream.</summary>
internal readonly record struct FrameRead<T>(bool HasValue, T? Value);
