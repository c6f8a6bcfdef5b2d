using Guardian.Events;
using Guardian.Storage;
using Guardian.Tunnel;
using EventId = Guardian.Events.EventId;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>Tunnel's clips into the archive. The timeline tells which camera an event's clip belongs to.</summary>
internal sealed class ClipIntake(IEventStore events, SealedArchive archive, EdgeRegistry registry) : IClipIntake
{
    public async Task<ClipStart> BeginAsync(ClipRequest request, CancellationToken cancellationToken)
    {
        StoredEvent? e = await events.GetAsync(new EventId(request.EventId), cancellationToken);
        if (e is not null && e.EdgeId != request.Edge.ToString())
        {
            return new ClipStart(null, new ClipRefusal(ClipRefusalKind.NotYours, "event_id: the event is another edge's"));
        }

        string? camera = e?.CameraId.ToString() ?? request.CameraId;
        if (camera is null)
        {
            return new ClipStart(null, new ClipRefusal(ClipRefusalKind.UnknownEvent, "event_id: send the event first, or name camera_id in the header"));
        }

        UploadStart start = await archive.BeginUploadAsync(SealedObjectId.Clip(request.EventId), camera, request.StartOffset, request.TotalSize, cancellationToken);
        return start switch
        {
            { Upload: { } upload } => new ClipStart(new Sink(upload)),
            { Refusal: { Reason: UploadRefusalReason.AlreadyComplete, Existing: { } existing } } => new ClipStart(null, StoredBytes: existing.Size),
            _ => new ClipStart(null, Convert(start.Refusal!)),
        };
    }

    public async Task<ClipInfo?> GetInfoAsync(Tunnel.EdgeId edge, Guid eventId, CancellationToken cancellationToken)
    {
        StoredEvent? e = await events.GetAsync(new EventId(eventId), cancellationToken);
        if (e is not null && e.EdgeId != edge.ToString())
        {
            return null;
        }

        // A clip may come before its event; then its camera says whose it is.
        SealedObjectInfo? info = await archive.GetAsync(SealedObjectId.Clip(eventId), cancellationToken);
        bool known = info is not null && (e is not null || (await registry.Cameras.GetAsync(info.CameraId, cancellationToken))?.EdgeId == edge);
        return !known ? null : new ClipInfo(info!.Status != SealedObjectStatus.Receiving, info.Size, info.ContentType);
    }

    private static ClipRefusal Convert(UploadRefusal refusal) => new(
        refusal.Reason switch
        {
            UploadRefusalReason.NotSealed or UploadRefusalReason.WrongRecipient => ClipRefusalKind.NotSealed,
            UploadRefusalReason.WrongOffset => ClipRefusalKind.WrongOffset,
            UploadRefusalReason.AlreadyUploading => ClipRefusalKind.Busy,
            UploadRefusalReason.OtherCamera => ClipRefusalKind.NotYours,
            UploadRefusalReason.Erased => ClipRefusalKind.UnknownEvent,
            _ => ClipRefusalKind.LimitReached,
        },
        refusal.Message);

    private sealed class Sink(SealedUpload upload) : IClipSink
    {
        public long Position => upload.Position;

        public async ValueTask<ClipRefusal?> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            await upload.WriteAsync(bytes, cancellationToken) is { } refusal ? Convert(refusal) : null;

        public async Task<ClipRefusal?> CompleteAsync(CancellationToken cancellationToken) =>
            (await upload.CompleteAsync(cancellationToken)).Refusal is { } refusal ? Convert(refusal) : null;

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }
}
