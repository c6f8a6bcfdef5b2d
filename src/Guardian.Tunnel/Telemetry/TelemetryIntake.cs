using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>What happens to telemetry and heartbeats once it is clear who sent them.</summary>
internal sealed class TelemetryIntake(ITelemetryStore store, TelemetryOptions options, EdgeConnections connections, EdgeHealthMonitor health, TunnelMetrics metrics, TimeProvider time)
{
    /// <summary>Checks a message before anything is done with it.</summary>
    /// <returns>The first error, which names the field and the limit; null when the message is sound.</returns>
    public string? Check(TelemetryData telemetry) => TelemetryValidator.Check(telemetry, time.GetUtcNow(), options);

    /// <summary>The answer to a message that is not sound.</summary>
    public SendTelemetryResponse Refuse(EdgeId edge, string error)
    {
        metrics.TelemetryRefused(edge);
        return new SendTelemetryResponse { Success = false, ErrorMessage = error };
    }

    /// <summary>Keeps a message that is sound; a response that says success is a promise that it is on the disk.</summary>
    /// <exception cref="TunnelException">The store failed.</exception>
    public async ValueTask<SendTelemetryResponse> AcceptAsync(EdgeId edge, TelemetryData telemetry, CancellationToken cancellationToken)
    {
        TelemetrySample sample = TelemetrySample.Restore(edge, telemetry, time.GetUtcNow());
        if (await store.AppendAsync(sample, cancellationToken).ConfigureAwait(false) == AppendOutcome.TooOld)
        {
            return Refuse(edge, "timestamp: the samples of that time are rolled up and closed");
        }

        health.Touch(edge);
        return new SendTelemetryResponse { Success = true };
    }

    /// <summary>Answers with the node's time and takes note of the edge's.</summary>
    public HeartbeatResponse Beat(EdgeId edge, HeartbeatRequest request)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (request.Timestamp > 0)
        {
            connections.Clock(edge, UnixNanoseconds.ToInstant(request.Timestamp) - now);
        }

        return new HeartbeatResponse { Success = true, ServerTimestamp = UnixNanoseconds.From(now) };
    }
}
