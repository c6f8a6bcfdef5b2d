using Guardian.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>The evidence log: checkpoints, entries, proofs, exports and receipts.</summary>
internal static class EvidenceEndpoints
{
    public static void MapEvidence(this IEndpointRouteBuilder api)
    {
        api.MapGet("/evidence/checkpoint", CheckpointAsync).WithSummary("The newest signed checkpoint, a signed note.").Produces<string>(200, "text/plain").ProducesProblem(404);
        api.MapGet("/evidence/keys", async (SealedArchive archive, CancellationToken cancellationToken) => (await archive.Evidence.ListKeysAsync(cancellationToken)).Select(ToDto).ToList())
            .WithSummary("Every key that has signed the log, in their order.");
        api.MapGet("/evidence/entries/{index:long:min(0)}", EntryAsync).WithSummary("One entry.");
        api.MapGet("/evidence/entries/{index:long:min(0)}/proof", ProofAsync).WithSummary("Shows that an entry is in the log of a size; of the newest checkpoint without one.");
        api.MapGet("/evidence/consistency", ConsistencyAsync).WithSummary("Shows that the log of one size is the log of an earlier one with entries appended.");
        api.MapGet("/events/{id:guid}/evidence", ExportAsync).WithSummary("One file with the event's sealed objects, entries and proofs; 'guardian evidence verify' checks it offline.")
            .Produces(200, contentType: "application/x-tar").ProducesProblem(404);
        api.MapGet("/events/{id:guid}/receipt", ReceiptAsync).WithSummary("The event's entries and proofs without its objects: the receipt of an erased event.")
            .Produces(200, contentType: "application/json").ProducesProblem(404);
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> CheckpointAsync(SealedArchive archive, CancellationToken cancellationToken) =>
        await archive.Evidence.GetCheckpointAsync(cancellationToken) is { } checkpoint
            ? TypedResults.Text(checkpoint.Note, "text/plain") : TypedResults.Problem("nothing has been signed yet", statusCode: 404);

    private static async Task<Results<Ok<EvidenceEntryDto>, ProblemHttpResult>> EntryAsync(long index, SealedArchive archive, CancellationToken cancellationToken) =>
        await archive.Evidence.GetEntryAsync(index, cancellationToken) is { } e
            ? TypedResults.Ok(new EvidenceEntryDto(e.Index, ApiMapping.Word(e.Kind), e.At, Hex(e.Leaf), e.Details, e.Salt.IsEmpty ? null : Hex(e.Salt)))
            : TypedResults.Problem("index: the log has no such entry", statusCode: 404);

    private static async Task<Results<Ok<InclusionDto>, ProblemHttpResult>> ProofAsync(long index, SealedArchive archive, CancellationToken cancellationToken, long? size = null) =>
        await archive.Evidence.ProveInclusionAsync(index, size, cancellationToken) is { } p
            ? TypedResults.Ok(new InclusionDto(p.Index, p.Size, Hex(p.LeafHash), [.. p.Proof.Select(Hex)]))
            : TypedResults.Problem("index: the log of that size has no such entry", statusCode: 404);

    private static async Task<Results<Ok<ConsistencyDto>, ProblemHttpResult>> ConsistencyAsync(long from, long to, SealedArchive archive, CancellationToken cancellationToken) =>
        await archive.Evidence.ProveConsistencyAsync(from, to, cancellationToken) is { } proof
            ? TypedResults.Ok(new ConsistencyDto(from, to, [.. proof.Select(Hex)]))
            : TypedResults.Problem("from, to: 0 <= from <= to <= the log's size is needed", statusCode: 400);

    private static async Task ExportAsync(Guid id, HttpContext context, SealedArchive archive)
    {
        context.Response.ContentType = "application/x-tar";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"evidence-{id}.tar\"";
        if (!await EvidenceExport.WriteAsync(archive.Evidence, archive, id, Viewer.Api.Name, context.Response.Body, context.RequestAborted))
        {
            context.Response.Headers.Remove("Content-Disposition");
            await TypedResults.Problem("the log knows nothing of such an event", statusCode: 404).ExecuteAsync(context);
        }
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ReceiptAsync(Guid id, SealedArchive archive, CancellationToken cancellationToken) =>
        await EvidenceExport.ReceiptAsync(archive.Evidence, id, cancellationToken) is { } receipt
            ? TypedResults.Bytes(receipt, "application/json") : TypedResults.Problem("the log knows nothing of such an event", statusCode: 404);

    private static EvidenceKeyDto ToDto(EvidenceKeyInfo k) => new(k.Key.Id, k.Key.ToPem(), k.EndorsedBy, k.Endorsement.IsEmpty ? null : Convert.ToBase64String(k.Endorsement.Span));

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
