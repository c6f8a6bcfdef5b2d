using System.Buffers.Binary;
using System.Buffers.Text;

namespace Guardian.Events;

/// <summary>A place in the timeline: the time and id of the last event of a page, as base64url. Both together are unique and never change.</summary>
internal static class EventCursor
{
    private const int Length = sizeof(long) + 16;

    public static string Encode(long occurredAt, Guid id)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, occurredAt);
        id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ArgumentException">It is not a cursor.</exception>
    public static (long OccurredAt, Guid Id) Decode(string cursor)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (cursor.Length > 64 || !Base64Url.IsValid(cursor, out int decoded) || decoded != Length || !Base64Url.TryDecodeFromChars(cursor, bytes, out _))
        {
            throw new ArgumentException("cursor: not one that a listing gave", nameof(cursor));
        }

        return (BinaryPrimitives.ReadInt64BigEndian(bytes), new Guid(bytes[sizeof(long)..], bigEndian: true));
    }
}
