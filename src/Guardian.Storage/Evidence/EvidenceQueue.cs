using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Guardian.Storage;

/// <summary>
/// Puts happenings into the log's queue, inside the transaction of the change that they record: after a crash there are both or neither. What is queued twice is there
/// once, because its row has the hash of its name for a key.
/// </summary>
internal static class EvidenceQueue
{
    private const int MaxOnce = 200;

    /// <summary>Queues a happening.</summary>
    /// <exception cref="ArgumentException">Its name or details are out of range.</exception>
    public static void Append(DbConnection connection, EvidenceRecord record)
    {
        if (record.Once.Length is 0 or > MaxOnce)
        {
            throw new ArgumentException($"once: 1 to {MaxOnce} characters are needed", nameof(record));
        }

        var details = new Dictionary<string, string>(record.Details);
        if (record.EventId is { } eventId)
        {
            details["event"] = eventId.ToString();
        }

        if (record.Name is { } name)
        {
            details["name"] = name;
        }

        connection.Execute(
            """
            INSERT INTO evidence_entries (once, kind, at_ms, subject, object_name, details)
            VALUES (@Once, @Kind, @At, @Subject, @Name, @Details) ON CONFLICT (once) DO NOTHING
            """,
            new
            {
                Once = OnceOf(record),
                Kind = (int)record.Kind,
                At = record.At.ToUnixTimeMilliseconds(),
                Subject = record.EventId is { } of ? Subject(of) : null,
                record.Name,
                Details = EvidenceDetails.Write(details),
            });
    }

    /// <summary>
    /// How an event is named where its erasure must not show it. Event ids are random, so only who knows the id can tell that it is meant.
    /// </summary>
    public static string Subject(Guid eventId) => Hash($"guardian/evidence/v1 event\n{eventId}");

    /// <summary>The key of a happening's row.</summary>
    public static string OnceOf(EvidenceRecord record) => Hash($"{(int)record.Kind}\n{record.EventId}\n{record.Name}\n{record.Once}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
