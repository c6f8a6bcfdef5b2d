namespace Guardian.Tunnel;

/// <summary>A row of <c>pending</c> with its series; property names are column names, types are what SQLite gives.</summary>
internal sealed class PendingBucket
{
    public long level { get; init; }

    public long start { get; init; }

    public long series_id { get; init; }

    public long kind { get; init; }
}
