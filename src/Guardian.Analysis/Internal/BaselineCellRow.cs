namespace Guardian.Analysis;

/// <summary>A row of <c>cells</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class BaselineCellRow
{
    public long hour { get; init; }

    public long cell { get; init; }

    public long frames { get; init; }
}
