using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.telemetry.TelemetryService</c>.</summary>
internal sealed class TelemetryApi(EdgeGate gate, EdgeRegistry registry, TimeProvider time)
{
    private const int MaxMessage = 256 << 10, MaxCameras = 256;

    public void Bind(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Unary<SendTelemetryRequest, SendTelemetryResponse>("SendTelemetry", SendTelemetryAsync);
        binder.Unary<HeartbeatRequest, HeartbeatResponse>("Heartbeat", HeartbeatAsync);
    }

    private async ValueTask<SendTelemetryResponse> SendTelemetryAsync(SendTelemetryRequest request, ServerCall<SendTelemetryRequest, SendTelemetryResponse> call)
    {
        EdgeId edge = await gate.IdentifyAsync(call).ConfigureAwait(false);
        if (request.Telemetry is not { } telemetry)
        {
            throw new RpcException(StatusCode.InvalidArgument, "telemetry: it is missing");
        }

        if (Wrong(telemetry) is { } wrong)
        {
            return new SendTelemetryResponse { Success = false, ErrorMessage = wrong };
        }

        // The caller is who its certificate says, whatever edge_id claims.
        telemetry.EdgeId = edge.ToString();
        await registry.RecordSeenAsync(edge, JsonFormatter.Default.Format(telemetry), call.CancellationToken).ConfigureAwait(false);
        return new SendTelemetryResponse { Success = true };
    }

    private async ValueTask<HeartbeatResponse> HeartbeatAsync(HeartbeatRequest request, ServerCall<HeartbeatRequest, HeartbeatResponse> call)
    {
        EdgeId edge = await gate.IdentifyAsync(call).ConfigureAwait(false);
        await registry.RecordSeenAsync(edge, telemetryJson: null, call.CancellationToken).ConfigureAwait(false);
        return new HeartbeatResponse { Success = true, ServerTimestamp = UnixNanoseconds.From(time.GetUtcNow()) };
    }

    private static string? Wrong(TelemetryData telemetry)
    {
        static bool Percent(double value) => value is >= 0 and <= 100;
        if (telemetry.Cameras.Count > MaxCameras)
        {
            return $"cameras: {telemetry.Cameras.Count}, at most {MaxCameras} are taken";
        }

        if (telemetry.System is { } system && (!Percent(system.CpuUsagePercent) || !Percent(system.DiskUsagePercent)))
        {
            return "system: percentages must be from 0 to 100";
        }

        return telemetry.Application is { } application && application.AiInferenceTimeMs is not (>= 0 and <= 3_600_000)
            ? "application.ai_inference_time_ms: it must be from 0 to 3600000"
            : null;
    }
}
