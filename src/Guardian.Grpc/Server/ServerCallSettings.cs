using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Server;

/// <summary>What the dispatcher found out about a call before its types are known.</summary>
internal readonly record struct ServerCallSettings(bool Gzip, int MaxSendMessageSize, IdleTimer Idle, CallLifetime Lifetime);
