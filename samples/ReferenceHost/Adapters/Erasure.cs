using Guardian.Events;
using Guardian.Storage;
using EventId = Guardian.Events.EventId;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>Erases from the archive and the timeline: what a legal hold protects stays in both.</summary>
internal sealed class Erasure(ArchiveRegister register, IEventStore events)
{
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public async Task<ErasureResult> EraseEventAsync(Guid id, string reason, string actor, CancellationToken cancellationToken)
    {
        if (id == Guid.Empty)
        {
            throw new ArgumentException("event_id: the empty UUID is not an id", nameof(id));
        }

        // A hold on the camera protects an event of which the archive has nothing yet, too.
        StoredEvent? known = await events.GetAsync(new EventId(id), cancellationToken);
        if (known is not null && (await register.ListHoldsAsync(cancellationToken)).Any(h => h.Kind == HoldKind.Camera && h.Target == known.CameraId.ToString()))
        {
            return new ErasureResult(0, 0, 0, IsRefused: true);
        }

        // The archive first: from then on nothing of the event is taken any more, so that a release under way leaves nothing.
        EraseResult archived = await register.EraseEventAsync(id, reason, actor, cancellationToken);
        return archived.IsRefused
            ? new ErasureResult(0, 0, archived.Held, IsRefused: true)
            : new ErasureResult(archived.Objects, await events.EraseAsync(new EventId(id), cancellationToken) ? 1 : 0, archived.Held);
    }

    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public async Task<ErasureResult> EraseCameraAsync(string camera, string reason, string actor, CancellationToken cancellationToken)
    {
        if (!CameraId.TryParse(camera, out CameraId id))
        {
            throw new ArgumentException("camera_id: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed", nameof(camera));
        }

        IReadOnlyList<LegalHold> holds = await register.ListHoldsAsync(cancellationToken);
        if (holds.Any(h => h.Kind == HoldKind.Camera && h.Target == camera))
        {
            return new ErasureResult(0, 0, 0, IsRefused: true);
        }

        // The timeline first: what has not been released yet must not reach the archive behind the erasure's back. Then each of its events by itself, so that nothing of it is taken any more.
        IReadOnlyList<EventId> erased = await events.EraseCameraAsync(id, [.. holds.Where(h => h.Kind == HoldKind.Event).Select(h => new EventId(Guid.Parse(h.Target)))], cancellationToken);
        int objects = 0;
        foreach (EventId gone in erased)
        {
            objects += (await register.EraseEventAsync(gone.Value, reason, actor, cancellationToken)).Objects;
        }

        EraseResult archived = await register.EraseCameraAsync(camera, reason, actor, cancellationToken);
        return new ErasureResult(objects + archived.Objects, erased.Count, archived.Held);
    }
}

/// <summary>What an erasure does.</summary>
/// <param name="Objects">Objects of the archive that are to go.</param>
/// <param name="Events">Events of the timeline that are gone.</param>
/// <param name="Held">Objects that a legal hold protects.</param>
/// <param name="IsRefused">Whether a legal hold keeps all of it.</param>
internal sealed record ErasureResult(int Objects, int Events, int Held, bool IsRefused = false);
