namespace Guardian.Analysis;

/// <summary>A row of <c>hours</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class BaselineHourRow
{
    public const string Columns = "hour, frames, active_frames, objects, squared_objects, max_objects";

    public long hour { get; init; }

    public long frames { get; init; }

    public long active_frames { get; init; }

    public long objects { get; init; }

    public long squared_objects { get; init; }

    public long max_objects { get; init; }

    public BaselineHour ToHour(long[] cells) => new()
    {
        Frames = frames,
        ActiveFrames = active_frames,
        Objects = objects,
        SquaredObjects = squared_objects,
        MaxObjects = max_objects,
        Cells = cells,
    };
}
