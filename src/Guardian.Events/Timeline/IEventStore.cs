namespace Guardian.Events;

/// <summary>
/// The timeline: an append-only record of events with their verdicts and alerts. Safe for use by many threads and, where the provider says so, processes.
/// Every method throws <see cref="EventsException"/> when the store fails.
/// </summary>
public interface IEventStore
{
    /// <summary>Appends events. When the task ends, those that are stored are durable. Each is taken or refused on its own.</summary>
    /// <param name="events">1 to 1000 events.</param>
    /// <param name="cancellationToken">Gives up before the write begins.</param>
    /// <returns>One result an event, in order.</returns>
    Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken);

    /// <summary>One event.</summary>
    /// <returns>Null when there is none of that id.</returns>
    Task<StoredEvent?> GetAsync(EventId id, CancellationToken cancellationToken);

    /// <summary>Lists events, newest first.</summary>
    /// <exception cref="ArgumentException">The limit is out of range or the cursor is not one.</exception>
    Task<EventPage> ListAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>Takes events that are at a stage, oldest first, for one worker.</summary>
    /// <param name="stage"><see cref="EventStage.Pending"/> to give verdicts, <see cref="EventStage.Analysed"/> to archive frames.</param>
    /// <param name="limit">At most this many: 1 to 100.</param>
    /// <param name="duration">After this time, unless recorded, others may take them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<EventLease>> LeaseAsync(EventStage stage, int limit, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Records a verdict and, where its severity asks for one, raises the event's one alert, in one transaction.</summary>
    /// <returns>False when the lease had ended: another worker's verdict counts.</returns>
    Task<bool> SaveVerdictAsync(EventLease lease, Verdict verdict, CancellationToken cancellationToken);

    /// <summary>Records that the frames are safe elsewhere, and removes them here.</summary>
    /// <returns>False when the lease had ended.</returns>
    Task<bool> ReleaseAsync(EventLease lease, CancellationToken cancellationToken);

    /// <summary>Gives a lease back because the work failed; the event is due again after <paramref name="wait"/>.</summary>
    /// <returns>False when the lease had ended.</returns>
    Task<bool> PostponeAsync(EventLease lease, TimeSpan wait, string error, CancellationToken cancellationToken);

    /// <summary>Lists alerts, newest first.</summary>
    /// <param name="openOnly">Only those that nobody acknowledged.</param>
    /// <param name="limit">At most this many: 1 to 500.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Alert>> ListAlertsAsync(bool openOnly, int limit, CancellationToken cancellationToken);

    /// <summary>Acknowledges an alert; a second time changes nothing.</summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> AcknowledgeAlertAsync(long alertId, CancellationToken cancellationToken);

    /// <summary>Removes an event with its frames, verdict and alert. An edge that sends it again is told that it is a duplicate; leases on it have ended.</summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> EraseAsync(EventId id, CancellationToken cancellationToken);

    /// <summary>Does the same to every event of a camera that has arrived until now.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="except">Events that stay.</param>
    /// <param name="cancellationToken">Gives up; what was erased until then stays erased.</param>
    /// <returns>The events.</returns>
    Task<IReadOnlyList<EventId>> EraseCameraAsync(CameraId camera, IReadOnlyCollection<EventId> except, CancellationToken cancellationToken);
}
