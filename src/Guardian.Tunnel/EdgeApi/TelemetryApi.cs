using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.telemetry.TelemetryService</c>.</summary>
internal sealed class TelemetryApi(EdgeGate gate, EdgeRegistry registry, IModelSource models, TelemetryIntake intake)
{
    private const int MaxMessage = 256 << 10;

    public void Bind(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Unary<SendTelemetryRequest, SendTelemetryResponse>("SendTelemetry", SendTelemetryAsync);
        binder.Unary<HeartbeatRequest, HeartbeatResponse>("Heartbeat", (edge, request, _) => new(intake.Beat(edge, request)));
    }

    private async ValueTask<SendTelemetryResponse> SendTelemetryAsync(EdgeId edge, SendTelemetryRequest request, ServerCall<SendTelemetryRequest, SendTelemetryResponse> call)
    {
        if (request.Telemetry is not { } telemetry)
        {
            throw new RpcException(StatusCode.InvalidArgument, "telemetry: it is missing");
        }

        if (intake.Check(telemetry) is { } error)
        {
            return intake.Refuse(edge, error);
        }

        await CheckCamerasAsync(edge, telemetry, call).ConfigureAwait(false);
        if (telemetry.Models.Count > 0)
        {
            // Before the answer: what it acknowledges is counted. Counted twice it is counted once.
            await models.CountAsync(edge, telemetry.Models, call.CancellationToken).ConfigureAwait(false);
        }

        return await intake.AcceptAsync(edge, telemetry, call.CancellationToken).ConfigureAwait(false);
    }

    /// <summary>One look for all of them; only what the edge does not speak for yet is asked for one by one.</summary>
    private async Task CheckCamerasAsync(EdgeId edge, TelemetryData telemetry, ServerCall call)
    {
        if (telemetry.Cameras.Count == 0)
        {
            return;
        }

        HashSet<string> own = [.. (await registry.Cameras.ListAsync(edge, call.CancellationToken).ConfigureAwait(false)).Select(c => c.Id)];
        foreach (string camera in telemetry.Cameras.Select(c => c.CameraId).Where(c => !own.Contains(c)))
        {
            await gate.CheckCameraAsync(edge, camera, call).ConfigureAwait(false);
        }
    }
}
