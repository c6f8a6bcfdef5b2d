using System.Data.Common;
using System.Globalization;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>What the evidence log is told of objects and holds, in the transaction of the change.</summary>
internal static class ObjectEvidence
{
    /// <summary>The actor of what the node does by its policies.</summary>
    public const string Node = "node";

    public static void Append(DbConnection connection, EvidenceKind kind, string what, DateTimeOffset at, SealedObjectInfo info, string actor = Node, string? reason = null, bool mayRecur = false)
    {
        var details = new Dictionary<string, string>
        {
            ["actor"] = actor,
            ["bucket"] = info.Bucket.ToString(),
            ["camera"] = info.CameraId,
            ["size"] = info.Size.ToString(CultureInfo.InvariantCulture),
            ["what"] = what,
        };
        if (!info.Sha256.IsEmpty)
        {
            details["sha256"] = Convert.ToHexStringLower(info.Sha256.Span);
        }

        if (info.Cid is { } cid)
        {
            details["cid"] = cid;
        }

        if (reason is not null)
        {
            details["reason"] = reason;
        }

        // An object that was deleted may come again; it began at another time. What may happen again to the same one is told apart by when it did.
        string once = $"{what} {SqlTime.ToSql(info.CreatedAt)}{(mayRecur ? $" {SqlTime.ToSql(at)}" : "")}";
        EvidenceQueue.Append(connection, new EvidenceRecord(kind, at, info.Id.EventId, info.Id.Name, once, details));
    }

    public static void Append(DbConnection connection, string what, LegalHold hold, DateTimeOffset at)
    {
        var details = new Dictionary<string, string> { ["actor"] = hold.Actor, ["reason"] = hold.Reason, ["what"] = what };
        if (hold.Kind == HoldKind.Camera)
        {
            details["camera"] = hold.Target;
        }

        EvidenceQueue.Append(
            connection,
            new EvidenceRecord(EvidenceKind.Retention, at, hold.Kind == HoldKind.Event ? Guid.Parse(hold.Target) : null, null, $"{what} {hold.Kind} {hold.Target} {SqlTime.ToSql(at)}", details));
    }
}
