using System.Text.Json;

namespace Guardian.ReferenceHost.Api;

/// <summary>
/// How an edge is connected. <c>state</c> is never_seen, connected, silent, gone or revoked; latencies are of the newest 128 round trips over the command stream, in milliseconds; <c>clock_offset_seconds</c> is how far its
/// clock is ahead. All but the state and the last contact is known since the node's start.
/// </summary>
public sealed record ConnectionDto(
    string State, DateTimeOffset? LastContactAt, int OpenCalls, bool TakesCommands, double? LatencyMedianMs, double? LatencyP95Ms, double? ClockOffsetSeconds, long BytesReceived, long BytesSent,
    string? Address, DateTimeOffset? TunnelHandshakeAt, string? TunnelEndpoint);

/// <summary>A command to send: <c>action</c> as edge.commands names it, such as get_status; <c>fields</c> are the action's own.</summary>
public sealed record CommandRequestDto(string? Action, JsonElement? Fields, double? ValidSeconds);

/// <summary>A command. <c>state</c> is queued, acknowledged, succeeded, failed, unsupported, expired or unknown.</summary>
public sealed record CommandDto(
    string Id, string EdgeId, string Action, string State, string Actor, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? AcknowledgedAt, DateTimeOffset? SettledAt, JsonElement? Result,
    string? Error);

/// <summary>An entry of the gateway's audit log.</summary>
public sealed record AuditDto(long Id, DateTimeOffset At, string Action, string Actor, string? Address, string? EdgeId, string Detail);
