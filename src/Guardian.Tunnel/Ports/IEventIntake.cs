using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Where events go. The edge is authenticated and may speak for every event's camera; all else in the events is unchecked.</summary>
public interface IEventIntake
{
    /// <summary>Takes events. When the task ends, those with a receipt of stored are durable.</summary>
    /// <returns>One receipt an event, in order.</returns>
    /// <exception cref="Exception">The store failed; the edge is told UNAVAILABLE and sends again.</exception>
    Task<IReadOnlyList<EventReceipt>> AcceptAsync(EdgeId edge, IReadOnlyList<Event> events, CancellationToken cancellationToken);
}
