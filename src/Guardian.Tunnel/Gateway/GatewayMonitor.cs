using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Acts on what changes in the registry, also by another process, and on the passing of time: ends the calls of edges that were shut out, announces changes, records contacts.
/// </summary>
internal sealed class GatewayMonitor(EdgeRegistry registry, EdgeConnections connections, TunnelNotifications notifications, CommandOutcomes outcomes, Action authorityChanged, Action tunnelChanged, TimeProvider time, ILogger logger)
{
    /// <summary>An edge that is shut out is cut off within a second; this is how long the gateway may take to notice.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks between two records of who was heard of (5 s), and between two sweeps of commands (1 min).</summary>
    private const int LooksPerRecord = 25, LooksPerSweep = 300;

    private readonly Lock _lock = new();
    private Dictionary<RegistryTopic, long> _revisions = [];
    private IReadOnlySet<EdgeId> _active = new HashSet<EdgeId>();
    private Dictionary<string, RegisteredCamera> _cameras = [];
    private Dictionary<EdgeId, RegisteredEdge> _edges = [];
    private TaskCompletionSource _commandsChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a command is issued or an edge's control address changes.</summary>
    public Task CommandsChanged
    {
        get
        {
            lock (_lock)
            {
                return _commandsChanged.Task;
            }
        }
    }

    /// <summary>Takes stock, so that what is there already is not announced as new.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _revisions = (await registry.Database.RevisionsAsync(cancellationToken).ConfigureAwait(false)).ToDictionary();
        _active = await registry.ListActiveAsync(cancellationToken).ConfigureAwait(false);
        _cameras = (await registry.Cameras.ListAsync(null, cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.Id, StringComparer.Ordinal);
        _edges = (await registry.ListEdgesAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(e => e.Id);
        foreach (RegisteredEdge edge in _edges.Values)
        {
            connections.TakeChange(edge);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // The system's clock: this waits for other processes, which know no other.
        using var timer = new PeriodicTimer(Interval);
        try
        {
            for (long look = 1; await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false); look++)
            {
                await GatewayLoop.TryAsync("looking for changes in the registry", () => LookAsync(cancellationToken), logger, cancellationToken).ConfigureAwait(false);
                if (look % LooksPerRecord == 0)
                {
                    await GatewayLoop.TryAsync("recording who was heard of", () => RecordContactsAsync(cancellationToken), logger, cancellationToken).ConfigureAwait(false);
                }

                if (look % LooksPerSweep == 0)
                {
                    await GatewayLoop.TryAsync("ending commands that waited too long", () => outcomes.SweepAsync(cancellationToken), logger, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await GatewayLoop.TryAsync("recording who was heard of", () => RecordContactsAsync(CancellationToken.None), logger, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task RecordContactsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(EdgeId, DateTimeOffset)> contacts = connections.ListContacts();
        await registry.RecordSeenAsync(contacts, cancellationToken).ConfigureAwait(false);
        connections.Recorded(contacts);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<RegistryTopic, long> revisions = await registry.Database.RevisionsAsync(cancellationToken).ConfigureAwait(false);

        // Each by itself: what cannot be done for one of them is tried again and holds up none of the others.
        // The authority before the commands, which may ask edges to renew.
        await HandleAsync(RegistryTopic.Authority, () => Run(authorityChanged)).ConfigureAwait(false);
        await HandleAsync(RegistryTopic.Edges, () => EdgesChangedAsync(cancellationToken)).ConfigureAwait(false);
        await HandleAsync(RegistryTopic.Tunnel, () => Run(tunnelChanged)).ConfigureAwait(false);
        await HandleAsync(RegistryTopic.Commands, () => Run(RaiseCommands)).ConfigureAwait(false);
        await HandleAsync(RegistryTopic.Cameras, () => CamerasChangedAsync(cancellationToken)).ConfigureAwait(false);
        foreach (RegisteredEdge edge in _edges.Values)
        {
            if (connections.TakeChange(edge) is { } change)
            {
                string word = change.To == EdgeConnectionState.NeverSeen ? "never_seen" : change.To.ToString().ToLowerInvariant();
                Log.ConnectionChanged(logger, edge.Id, word);
                Publish(TunnelNotificationKind.ConnectionChanged, edge.Id, null, word);
            }
        }

        async Task HandleAsync(RegistryTopic topic, Func<Task> handle)
        {
            if (revisions[topic] != _revisions[topic] && await GatewayLoop.TryAsync($"acting on a change of the registry ({topic})", handle, logger, cancellationToken).ConfigureAwait(false))
            {
                _revisions[topic] = revisions[topic];
            }
        }

        static Task Run(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }

    private async Task EdgesChangedAsync(CancellationToken cancellationToken)
    {
        Dictionary<EdgeId, RegisteredEdge> edges = (await registry.ListEdgesAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(e => e.Id);
        HashSet<EdgeId> active = [.. edges.Values.Where(e => e.State == EdgeState.Active).Select(e => e.Id)];
        foreach (EdgeId edge in _active.Union(connections.ListOpen()).Where(e => !active.Contains(e)))
        {
            // Not awaited: the next edge must not wait until this one has read its status.
            _ = connections.EndAsync(edge, new HashSet<string>(), new RpcException(StatusCode.Unauthenticated, "this edge is revoked"));
            Publish(TunnelNotificationKind.EdgeRevoked, edge, null, "");
        }

        foreach (RegisteredEdge edge in edges.Values.Where(e => e.State == EdgeState.Active && e.EnrolledAt != _edges.GetValueOrDefault(e.Id)?.EnrolledAt))
        {
            // Whoever still speaks with a certificate of a former enrolment.
            IReadOnlySet<string> accepted = await registry.ListSerialsAsync(edge.Id, cancellationToken).ConfigureAwait(false);
            _ = connections.EndAsync(edge.Id, accepted, new RpcException(StatusCode.Unauthenticated, "this certificate was replaced by a later enrolment"));

            Publish(TunnelNotificationKind.EdgeEnrolled, edge.Id, null, edge.Software);
        }

        _edges = edges;
        _active = active;
    }

    private async Task CamerasChangedAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, RegisteredCamera> cameras = (await registry.Cameras.ListAsync(null, cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (RegisteredCamera camera in cameras.Values)
        {
            RegisteredCamera? before = _cameras.GetValueOrDefault(camera.Id);
            if (before is null || before.EdgeId != camera.EdgeId || before.UpdatedAt != camera.UpdatedAt)
            {
                Publish(TunnelNotificationKind.CapabilitiesChanged, camera.EdgeId, camera.Id, camera.Status);
            }

            if (before?.Readiness != camera.Readiness)
            {
                Publish(TunnelNotificationKind.ReadinessChanged, camera.EdgeId, camera.Id, ControlApi.WordOf(camera.Readiness));
            }
        }

        foreach (RegisteredCamera camera in _cameras.Values.Where(c => !cameras.ContainsKey(c.Id)))
        {
            Publish(TunnelNotificationKind.CapabilitiesChanged, camera.EdgeId, camera.Id, "released");
        }

        _cameras = cameras;
    }

    private void RaiseCommands()
    {
        TaskCompletionSource raised;
        lock (_lock)
        {
            raised = _commandsChanged;
            _commandsChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        raised.SetResult();
    }

    private void Publish(TunnelNotificationKind kind, EdgeId edge, string? camera, string detail) => notifications.Publish(new TunnelNotification(kind, edge, camera, detail, time.GetUtcNow()));
}
