using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Events;

/// <summary>Turns a query into SQL. Values always travel as parameters.</summary>
internal static class EventListing
{
    public static (string Sql, DynamicParameters Parameters) Build(EventQuery query)
    {
        var parameters = new DynamicParameters();
        var where = new List<string>();
        void Filter(bool wanted, string condition, string name, object? value)
        {
            if (wanted)
            {
                where.Add(condition);
                parameters.Add(name, value);
            }
        }

        Filter(query.CameraId is not null, "camera_id = @CameraId", "CameraId", query.CameraId?.ToString());
        Filter(query.Type is not null, "type = @Type", "Type", query.Type);
        Filter(query.MinSeverity is not null, "severity >= @MinSeverity", "MinSeverity", (int?)query.MinSeverity);
        Filter(query.From is not null, "occurred_at >= @From", "From", query.From is { } from ? SqlTime.ToSql(from) : null);
        Filter(query.To is not null, "occurred_at < @To", "To", query.To is { } to ? SqlTime.ToSql(to) : null);
        if (query.Cursor is not null)
        {
            (long occurredAt, Guid id) = EventCursor.Decode(query.Cursor);
            Filter(true, "(occurred_at, id) < (@CursorTime, @CursorId)", "CursorTime", occurredAt);
            parameters.Add("CursorId", id.ToString());
        }

        parameters.Add("Limit", query.Limit + 1);
        string conditions = where.Count == 0 ? "" : "WHERE " + string.Join(" AND ", where);
        return ($"SELECT {EventRow.Columns} FROM events {conditions} ORDER BY occurred_at DESC, id DESC LIMIT @Limit", parameters);
    }
}
