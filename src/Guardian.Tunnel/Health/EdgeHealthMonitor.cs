using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Knows how every edge is: judges one soon after its telemetry came and all of them every <see cref="Interval"/>, because silence and clocks make no telemetry. Rolls telemetry up on the way. Safe for use by
/// many threads.
/// </summary>
public sealed class EdgeHealthMonitor
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromSeconds(15), Day = TimeSpan.FromDays(1);

    private readonly ITelemetryStore _store;
    private readonly EdgeRegistry _registry;
    private readonly Func<RegisteredEdge, EdgeConnection> _connectionOf;
    private readonly EdgeHealthEvaluator _evaluator;
    private readonly HealthOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<EdgeId, EdgeStatus> _statuses = new();
    private readonly ConcurrentDictionary<EdgeId, bool> _touched = new();

    /// <param name="store">Where telemetry is.</param>
    /// <param name="registry">Which edges there are.</param>
    /// <param name="connectionOf">How an edge is connected.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes are reported.</param>
    internal EdgeHealthMonitor(ITelemetryStore store, EdgeRegistry registry, Func<RegisteredEdge, EdgeConnection> connectionOf, HealthOptions options, TimeProvider time, ILogger logger)
    {
        _store = store;
        _registry = registry;
        _connectionOf = connectionOf;
        _evaluator = new EdgeHealthEvaluator(options);
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Called when an edge's level changes, on the thread that found it out; it must not throw or wait.</summary>
    public event Action<EdgeHealthChange>? Changed;

    /// <summary>What was last found of the edges that may speak.</summary>
    internal IReadOnlyCollection<EdgeStatus> Statuses => [.. _statuses.Values];

    /// <summary>How an edge is now.</summary>
    /// <returns>Null when there is no edge of that id.</returns>
    /// <exception cref="TunnelException">The store failed (transient).</exception>
    public async Task<EdgeHealth?> GetAsync(EdgeId edge, CancellationToken cancellationToken) =>
        await _registry.GetEdgeAsync(edge, cancellationToken).ConfigureAwait(false) is { } registered ? (await JudgeAsync(registered, cancellationToken).ConfigureAwait(false)).Health : null;

    /// <summary>How edges were when they were last judged, at most some seconds ago; an edge that was not judged yet is not in it.</summary>
    public IReadOnlyDictionary<EdgeId, EdgeHealth> List() => _statuses.ToDictionary(s => s.Key, s => s.Value.Health);

    /// <summary>Has an edge judged soon.</summary>
    internal void Touch(EdgeId edge) => _touched[edge] = true;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Step);
        int ticks = 0;
        do
        {
            try
            {
                await LookAsync(all: ticks++ % (Interval.Ticks / Step.Ticks) == 0, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it was, the edges are judged again in a moment.
                HealthLog.MaintenanceFailed(_logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task LookAsync(bool all, CancellationToken cancellationToken)
    {
        if (!all && _touched.IsEmpty)
        {
            return;
        }

        if (all)
        {
            // First, so that trends are judged by what has come in.
            await _store.MaintainAsync(cancellationToken).ConfigureAwait(false);
        }

        HashSet<EdgeId> touched = [.. _touched.Keys.Where(e => _touched.TryRemove(e, out _))];
        List<RegisteredEdge> edges = [.. (await _registry.ListEdgesAsync(cancellationToken).ConfigureAwait(false)).Where(e => e.State == EdgeState.Active)];
        foreach (RegisteredEdge edge in edges.Where(e => all || touched.Contains(e.Id)))
        {
            await JudgeAsync(edge, cancellationToken).ConfigureAwait(false);
        }

        if (all)
        {
            HashSet<EdgeId> active = [.. edges.Select(e => e.Id)];
            foreach (EdgeId gone in _statuses.Keys.Where(e => !active.Contains(e)))
            {
                _statuses.TryRemove(gone, out _);
            }
        }
    }

    private async Task<EdgeStatus> JudgeAsync(RegisteredEdge edge, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Task<IReadOnlyList<TelemetryPoint>> Points(TelemetryResolution resolution, TimeSpan span, params TelemetryMetric[] metrics) =>
            _store.QueryAsync(new TelemetryQuery { Edge = edge.Id, From = now - span, To = now, Resolution = resolution, Metrics = metrics }, cancellationToken);
        EdgeConnection connection = _connectionOf(edge);
        NewestTelemetry? newest = await _store.GetNewestAsync(edge.Id, cancellationToken).ConfigureAwait(false);
        var observation = new EdgeObservation
        {
            Edge = edge.Id,
            Now = now,
            Newest = newest,
            ClockOffset = connection.ClockOffset,
            Minutes = newest is null ? [] : await Points(TelemetryResolution.Minute, _options.Window + TimeSpan.FromMinutes(1), TelemetryMetric.EventQueueLength, TelemetryMetric.InferenceTimeMs).ConfigureAwait(false),
            Hours = newest is null ? [] : await Points(TelemetryResolution.Hour, Day, TelemetryMetric.DiskUsedBytes).ConfigureAwait(false),
        };
        EdgeStatus? before = _statuses.GetValueOrDefault(edge.Id);
        var status = new EdgeStatus(_evaluator.Evaluate(observation, before?.Health), newest, connection);
        if (edge.State == EdgeState.Active)
        {
            Keep(before, status);
        }

        return status;
    }

    /// <summary>Of two judgements at the same time, the one that replaces the other announces the change.</summary>
    private void Keep(EdgeStatus? before, EdgeStatus status)
    {
        EdgeId edge = status.Health.Edge;
        bool isKept = before is null ? _statuses.TryAdd(edge, status) : _statuses.TryUpdate(edge, status, before);
        HealthLevel former = before?.Health.Level ?? HealthLevel.Unknown;
        if (!isKept || former == status.Health.Level)
        {
            return;
        }

        if (status.Health.Level == HealthLevel.Healthy)
        {
            HealthLog.Healthy(_logger, edge);
        }
        else
        {
            HealthLog.NotHealthy(_logger, edge, status.Health.Level, string.Join("; ", status.Health.Reasons.Select(r => r.Message)));
        }

        Changed?.Invoke(new EdgeHealthChange(former, status.Health));
    }
}
