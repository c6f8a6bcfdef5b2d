namespace Guardian.ReferenceHost.Api;

/// <summary>A camera's dataset. <c>images</c> and <c>bytes</c> include what only a version still holds.</summary>
public sealed record DatasetDto(string CameraId, IReadOnlyDictionary<string, int> Labels, int Images, long Bytes, DatasetVersionDto? Newest);

/// <summary>An immutable version of a dataset; <c>cursor</c> is for an export of what comes after it.</summary>
public sealed record DatasetVersionDto(int Number, string Hash, int Images, long Bytes, long Cursor, DateTimeOffset CreatedAt);

/// <summary>
/// What a dataset shows: normal pictures by hour of day (24 numbers) and by brightness (five bands from black to white), and what is missing, in words.
/// </summary>
public sealed record CoverageDto(
    IReadOnlyDictionary<string, int> Labels, IReadOnlyList<int> Hours, IReadOnlyList<int> Brightness, int Days, int NearDuplicates, DateTimeOffset? First, DateTimeOffset? Last,
    bool Worthwhile, IReadOnlyList<string> Missing);

/// <summary>What became of an import, file by file.</summary>
public sealed record ImportReportDto(string CameraId, int Accepted, int Duplicates, int NearDuplicates, int Refused, IReadOnlyList<ImportEntryDto> Entries);

/// <summary>
/// One file. <c>outcome</c> is accepted, duplicate, invalid_field, too_many_bytes, not_jpeg, corrupt, colour_space, too_large, too_small, quota, near_duplicate, bad_name,
/// not_a_file, unsupported, hash_mismatch, missing or not_listed.
/// </summary>
public sealed record ImportEntryDto(string Name, string Outcome, string? Reason, string? NearDuplicateOf, int? Distance);
