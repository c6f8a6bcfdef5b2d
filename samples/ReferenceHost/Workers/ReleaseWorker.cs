using System.Text.Json;
using Guardian.Events;
using Guardian.ReferenceHost.Api;
using Guardian.Storage;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Seals the frames and metadata of analysed events to the customer and hands them to the archive; then the node forgets the frames.</summary>
internal sealed class ReleaseWorker(IEventStore events, SealedArchive archive, Sealer sealer, ILogger<ReleaseWorker> logger) : EventWorker(events, EventStage.Analysed, Batch, logger)
{
    private const int Batch = 8;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    protected override async Task WorkAsync(EventLease lease, CancellationToken cancellationToken)
    {
        Guid id = lease.Event.Id.Value;
        for (int i = 0; i < lease.Frames.Count; i++)
        {
            await StoreAsync(SealedObjectId.Snapshot(id, i + 1), lease.Event, lease.Frames[i].Jpeg, "image/jpeg", cancellationToken);
        }

        byte[] metadata = JsonSerializer.SerializeToUtf8Bytes(new { schema = "guardian.event.v1", @event = lease.Event.ToDto(), metadata = lease.Event.Metadata }, Json);
        await StoreAsync(SealedObjectId.Metadata(id), lease.Event, metadata, "application/json", cancellationToken);
        await archive.Register.SetSeverityAsync(id, ApiMapping.ToArchive(lease.Event.Verdict?.Severity), cancellationToken);
        if (!await Events.ReleaseAsync(lease, cancellationToken) && await Events.GetAsync(lease.Event.Id, cancellationToken) is null)
        {
            // Erased while its frames were being sealed: what has just been stored goes too.
            await archive.Register.EraseEventAsync(id, "its event was erased", "node", cancellationToken);
        }
    }

    /// <summary>Frames are never given up: they wait until the archive takes them.</summary>
    protected override bool IsLast(int attempt) => false;

    protected override Task GiveUpAsync(EventLease lease, Exception error, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StoreAsync(SealedObjectId id, StoredEvent e, ReadOnlyMemory<byte> plaintext, string contentType, CancellationToken cancellationToken)
    {
        // Stored before a kill: it is there, sealed with another file key, and stays.
        if (await archive.GetAsync(id, cancellationToken) is { Status: not SealedObjectStatus.Receiving })
        {
            return;
        }

        UploadOutcome outcome = await archive.StoreAsync(id, e.CameraId.ToString(), await sealer.SealAsync(plaintext, contentType, cancellationToken), cancellationToken);
        if (outcome.Refusal is { } refusal)
        {
            throw new StorageException($"{id}: {refusal.Message}", isTransient: true);
        }
    }
}
