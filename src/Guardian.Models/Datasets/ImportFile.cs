namespace Guardian.Models.Datasets;

/// <summary>A file that an import offers.</summary>
/// <param name="Name">As the source says it; unchecked.</param>
/// <param name="Size">Bytes, as the source says.</param>
/// <param name="ModifiedAt">When it was last written, as the source says.</param>
internal record ImportFile(string Name, long Size, DateTimeOffset ModifiedAt)
{
    /// <summary>Why it cannot be read, found before reading it; or null.</summary>
    public DatasetImportEntry? Fault { get; init; }
}
