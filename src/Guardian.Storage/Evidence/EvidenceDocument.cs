using System.Text.Encodings.Web;
using System.Text.Json;

namespace Guardian.Storage;

/// <summary>The statement of an export: everything that is proven, and all that is needed to check it offline.</summary>
internal sealed record EvidenceDocument(
    string Format, string Origin, Guid Event, string Checkpoint, IReadOnlyList<EvidenceDocumentKey> Keys, IReadOnlyList<EvidenceDocumentObject> Objects, IReadOnlyList<EvidenceDocumentEntry> Entries)
{
    public const string Version = "guardian-evidence/1";
    public const string FileName = "evidence.json";

    /// <summary>No statement is longer, in bytes.</summary>
    public const int MaxSize = 64 << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="JsonException">The bytes are not a statement.</exception>
    public static EvidenceDocument Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<EvidenceDocument>(bytes, Json) ?? throw new JsonException("null is not a statement");

    public static EvidenceDocument Of(EvidenceSnapshot snapshot, Guid eventId) => new(
        Version, snapshot.Checkpoint.Origin, eventId, snapshot.Checkpoint.Note,
        [.. snapshot.Keys.Select(k => new EvidenceDocumentKey(k.Key.Key.ToPem(), k.Key.EndorsedBy, k.Key.Endorsement.IsEmpty ? null : Convert.ToBase64String(k.Key.Endorsement.Span), Of(k.Entry)))],
        [.. snapshot.Objects.Select(Of)],
        [.. snapshot.Entries.Select(Of)]);

    private static EvidenceDocumentObject Of(SealedObjectInfo o) => new(o.Id.Name, o.Size, Convert.ToHexStringLower(o.Sha256.Span), EvidenceExport.AbsenceOf(o));

    private static EvidenceDocumentEntry Of(EvidenceProven e) => new(
        e.Entry.Index, Convert.ToHexStringLower(e.Entry.Leaf.Span), e.Entry.Details, e.Entry.Salt.IsEmpty ? null : Convert.ToHexStringLower(e.Entry.Salt.Span),
        [.. e.Proof.Select(p => Convert.ToHexStringLower(p.Span))]);
}
