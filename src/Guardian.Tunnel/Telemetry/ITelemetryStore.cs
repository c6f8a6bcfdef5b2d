namespace Guardian.Tunnel;

/// <summary>Keeps telemetry: samples for a short time, minutes, hours and days of them for longer. Safe for use by many threads.</summary>
public interface ITelemetryStore
{
    /// <summary>Keeps a sample; on return it is on the disk.</summary>
    /// <exception cref="TunnelException">The store failed (transient), or the bound on cameras is met.</exception>
    Task<AppendOutcome> AppendAsync(TelemetrySample sample, CancellationToken cancellationToken);

    /// <summary>A series, oldest point first; spans without a sample are not in it.</summary>
    /// <exception cref="ArgumentException">The query is out of bounds; the message names the field and the limit.</exception>
    /// <exception cref="TunnelException">The store failed (transient).</exception>
    Task<IReadOnlyList<TelemetryPoint>> QueryAsync(TelemetryQuery query, CancellationToken cancellationToken);

    /// <summary>The newest of every edge, by edge id.</summary>
    /// <exception cref="TunnelException">The store failed (transient).</exception>
    Task<IReadOnlyList<NewestTelemetry>> ListNewestAsync(CancellationToken cancellationToken);

    /// <summary>The newest of one edge; null when it sent none.</summary>
    /// <exception cref="TunnelException">The store failed (transient).</exception>
    Task<NewestTelemetry?> GetNewestAsync(EdgeId edge, CancellationToken cancellationToken);

    /// <summary>Rolls up what has come in and drops what is too old; to be called every few seconds.</summary>
    /// <returns>Buckets that were computed.</returns>
    /// <exception cref="TunnelException">The store failed (transient); the next call goes on where this one stopped.</exception>
    Task<int> MaintainAsync(CancellationToken cancellationToken);
}
