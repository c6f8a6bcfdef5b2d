using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.streaming.StreamingService</c>.</summary>
internal sealed class StreamingApi(EdgeGate gate, IClipIntake intake, TunnelMetrics metrics)
{
    /// <summary>Edges in the field send chunks of up to 1 MiB.</summary>
    private const int MaxMessage = 4 << 20;

    public void Bind(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.ClientStreaming<StreamClipChunk, StreamClipResponse>("StreamClip", StreamClipAsync);
        binder.Unary<GetClipInfoRequest, GetClipInfoResponse>("GetClipInfo", GetClipInfoAsync);
    }

    private async ValueTask<StreamClipResponse> StreamClipAsync(EdgeId edge, ServerCall<StreamClipChunk, StreamClipResponse> call)
    {
        StreamClipChunk? first = await call.ReadAsync().ConfigureAwait(false);
        if (first?.PayloadCase != StreamClipChunk.PayloadOneofCase.Header)
        {
            throw new RpcException(StatusCode.InvalidArgument, "header: the first message must carry it");
        }

        ClipStart start = await BeginAsync(edge, first.Header, call).ConfigureAwait(false);
        if (start.StoredBytes is { } stored)
        {
            return new StreamClipResponse { Success = true, TotalBytes = (ulong)stored };
        }

        IClipSink sink = start.Sink ?? throw Refuse(start.Refusal!);
        await using (sink.ConfigureAwait(false))
        {
            await ReceiveAsync(call, sink).ConfigureAwait(false);
            if (await sink.CompleteAsync(call.CancellationToken).ConfigureAwait(false) is { } refusal)
            {
                throw Refuse(refusal);
            }

            metrics.ClipAccepted();
            return new StreamClipResponse { Success = true, TotalBytes = (ulong)sink.Position };
        }
    }

    private async Task<ClipStart> BeginAsync(EdgeId edge, StreamClipHeader header, ServerCall call)
    {
        Guid eventId = EventIdOf(header.EventId);
        if (header.StartOffset < 0 || header.TotalSize > long.MaxValue)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"start_offset, total_size: 0 to {long.MaxValue} are allowed");
        }

        string? camera = header.CameraId.Length == 0 ? null : header.CameraId;
        if (camera is not null)
        {
            await gate.CheckCameraAsync(edge, camera, call).ConfigureAwait(false);
        }

        long? total = header.TotalSize == 0 ? null : (long)header.TotalSize;
        return await intake.BeginAsync(new ClipRequest(edge, eventId, camera, header.StartOffset, total), call.CancellationToken).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(ServerCall<StreamClipChunk, StreamClipResponse> call, IClipSink sink)
    {
        bool ended = false;
        while (await call.ReadAsync().ConfigureAwait(false) is { } chunk)
        {
            if (chunk.PayloadCase == StreamClipChunk.PayloadOneofCase.Header || ended)
            {
                throw new RpcException(StatusCode.InvalidArgument, ended ? "eof: nothing may follow it" : "header: only the first message may carry it");
            }

            if (chunk.ErrorMessage.Length > 0)
            {
                throw new RpcException(StatusCode.Cancelled, "the edge gave the upload up");
            }

            // Offsets are checked, not obeyed: a gap would be a hole in the clip.
            if (chunk.Offset != sink.Position && chunk.Data.Length > 0)
            {
                throw new RpcException(StatusCode.OutOfRange, $"offset: {chunk.Offset}, the next byte is {sink.Position}");
            }

            if (chunk.Data.Length > 0 && await sink.WriteAsync(chunk.Data.Memory, call.CancellationToken).ConfigureAwait(false) is { } refusal)
            {
                throw Refuse(refusal);
            }

            metrics.ClipBytes(chunk.Data.Length);
            ended = chunk.Eof;
        }

        if (!ended)
        {
            throw new RpcException(StatusCode.DataLoss, "eof: the stream ended before a message said so; ask GetClipInfo where to go on");
        }
    }

    private async ValueTask<GetClipInfoResponse> GetClipInfoAsync(EdgeId edge, GetClipInfoRequest request, ServerCall<GetClipInfoRequest, GetClipInfoResponse> call)
    {
        ClipInfo? info = await intake.GetInfoAsync(edge, EventIdOf(request.EventId), call.CancellationToken).ConfigureAwait(false);
        return info switch
        {
            null => new GetClipInfoResponse { Success = false, ErrorMessage = "no clip of this event is here" },
            { Complete: true } => new GetClipInfoResponse { Success = true, SizeBytes = (ulong)info.Bytes, ReceivedBytes = (ulong)info.Bytes, Format = info.Format },
            _ => new GetClipInfoResponse { Success = false, ReceivedBytes = (ulong)info.Bytes, Format = info.Format, ErrorMessage = "the clip is not complete" },
        };
    }

    private static Guid EventIdOf(string text) => Guid.TryParseExact(text, "D", out Guid id) && id != Guid.Empty
        ? id
        : throw new RpcException(StatusCode.InvalidArgument, "event_id: a UUID with hyphens is needed");

    private static RpcException Refuse(ClipRefusal refusal) => new(
        refusal.Kind switch
        {
            ClipRefusalKind.NotSealed => StatusCode.FailedPrecondition,
            ClipRefusalKind.WrongOffset => StatusCode.OutOfRange,
            ClipRefusalKind.LimitReached => StatusCode.ResourceExhausted,
            ClipRefusalKind.Busy => StatusCode.Aborted,
            ClipRefusalKind.UnknownEvent => StatusCode.NotFound,
            _ => StatusCode.PermissionDenied,
        },
        refusal.Message);
}
