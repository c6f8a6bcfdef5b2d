using Guardian.Events;
using Guardian.Tunnel;
using EventId = Guardian.Events.EventId;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>Tunnel's events into the timeline.</summary>
internal sealed class EventIntake(IEventStore store) : IEventIntake
{
    public async Task<IReadOnlyList<EventReceipt>> AcceptAsync(Tunnel.EdgeId edge, IReadOnlyList<Tunnel.Contract.Event> events, CancellationToken cancellationToken)
    {
        var receipts = new EventReceipt[events.Count];
        var parsed = new List<(int Index, IncomingEvent Event)>(events.Count);
        for (int i = 0; i < events.Count; i++)
        {
            if (!EventId.TryParse(events[i].Id, out EventId id))
            {
                receipts[i] = new EventReceipt(false, "id", "a UUID with hyphens is needed");
            }
            else
            {
                parsed.Add((i, Convert(edge, id, events[i])));
            }
        }

        if (parsed.Count > 0)
        {
            IReadOnlyList<AppendResult> results = await store.AppendAsync([.. parsed.Select(p => p.Event)], cancellationToken);
            for (int i = 0; i < results.Count; i++)
            {
                receipts[parsed[i].Index] = results[i].Refusal is { } refusal ? new EventReceipt(false, refusal.Field, refusal.Reason) : new EventReceipt(true);
            }
        }

        return receipts;
    }

    private static IncomingEvent Convert(Tunnel.EdgeId edge, EventId id, Tunnel.Contract.Event e) => new()
    {
        Id = id,
        CameraId = new CameraId(e.CameraId),
        EdgeId = edge.ToString(),
        Type = e.EventType,
        OccurredAt = UnixNanoseconds.ToInstant(e.Timestamp),
        Confidence = e.Confidence,
        ModelId = e.ModelVersion,
        AnomalyScore = e.AnomalyScore,
        AnomalyThreshold = e.AnomalyThreshold,
        Detections = [.. e.Detections.Concat(e.BoundingBox is { } box ? [box] : []).Select(Convert)],
        Metadata = new Dictionary<string, string>(e.Metadata),
        Frames = [.. e.Frames.Select(f => new EventFrame(f.Jpeg.Memory, UnixNanoseconds.ToInstant(f.CapturedAt)))],
    };

    private static Detection Convert(Tunnel.Contract.BoundingBox b) => new(b.ClassName, b.Confidence, b.X1, b.Y1, b.X2 - b.X1, b.Y2 - b.Y1);
}
