namespace Guardian.Analysis;

/// <summary>A row of <c>labels</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class BaselineLabelRow
{
    public string label { get; init; } = "";

    public long frames { get; init; }
}
