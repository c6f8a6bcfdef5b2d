using System.Globalization;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>The last object of a page, as opaque text.</summary>
internal sealed record IndexCursor(long CreatedAt, Guid EventId, string Name)
{
    public static IndexCursor Of(SealedObjectInfo info) => new(SqlTime.ToSql(info.CreatedAt), info.Id.EventId, info.Id.Name);

    /// <exception cref="ArgumentException">The text is not a cursor.</exception>
    public static IndexCursor Parse(string text)
    {
        string[] parts = text.Split('_', 3);
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long at) && Guid.TryParseExact(parts[1], "N", out Guid id)
            ? new IndexCursor(at, id, parts[2])
            : throw new ArgumentException("cursor: not one that a page gave", nameof(text));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt}_{EventId:N}_{Name}");
}
