using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.events.EventService</c>.</summary>
internal sealed class EventApi(EdgeGate gate, IEventIntake intake, TunnelMetrics metrics)
{
    private const int MaxEvents = 1000;

    /// <summary>Eight frames of 2 MiB and what goes with them.</summary>
    private const int MaxMessage = 20 << 20;

    public void Bind(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Unary<SendEventsRequest, SendEventsResponse>("SendEvents", SendEventsAsync);
        binder.Unary<SendEventRequest, SendEventResponse>("SendEvent", SendEventAsync);
    }

    private async ValueTask<SendEventsResponse> SendEventsAsync(EdgeId edge, SendEventsRequest request, ServerCall<SendEventsRequest, SendEventsResponse> call)
    {
        if (request.Events.Count is 0 or > MaxEvents)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"events: {request.Events.Count}, 1 to {MaxEvents} are taken");
        }

        IReadOnlyList<EventReceipt> receipts = await AcceptAsync(edge, request.Events, call).ConfigureAwait(false);
        var response = new SendEventsResponse();
        for (int i = 0; i < receipts.Count; i++)
        {
            if (receipts[i].Stored)
            {
                response.EventIds.Add(request.Events[i].Id);
            }
            else
            {
                response.Refused.Add(new RefusedEvent { EventId = request.Events[i].Id, Field = receipts[i].Field, Reason = receipts[i].Reason });
            }
        }

        response.ReceivedCount = response.EventIds.Count;
        response.Success = response.Refused.Count == 0;
        response.ErrorMessage = response.Success ? "" : $"{response.Refused[0].EventId}: {response.Refused[0].Field}: {response.Refused[0].Reason}";
        return response;
    }

    private async ValueTask<SendEventResponse> SendEventAsync(EdgeId edge, SendEventRequest request, ServerCall<SendEventRequest, SendEventResponse> call)
    {
        if (request.Event is not { } e)
        {
            throw new RpcException(StatusCode.InvalidArgument, "event: it is missing");
        }

        EventReceipt receipt = (await AcceptAsync(edge, [e], call).ConfigureAwait(false))[0];
        return receipt.Stored
            ? new SendEventResponse { Success = true, EventId = e.Id }
            : new SendEventResponse { Success = false, EventId = e.Id, ErrorMessage = $"{receipt.Field}: {receipt.Reason}" };
    }

    private async Task<IReadOnlyList<EventReceipt>> AcceptAsync(EdgeId edge, IReadOnlyList<Event> events, ServerCall call)
    {
        foreach (string camera in events.Select(e => e.CameraId).Distinct())
        {
            await gate.CheckCameraAsync(edge, camera, call).ConfigureAwait(false);
        }

        IReadOnlyList<EventReceipt> receipts = await intake.AcceptAsync(edge, events, call.CancellationToken).ConfigureAwait(false);
        metrics.EventsAccepted(receipts.Count(r => r.Stored));
        return receipts;
    }
}
