namespace Guardian.Models;

/// <summary>What an export holds.</summary>
/// <param name="Images">Pictures.</param>
/// <param name="Bytes">Bytes of the pictures.</param>
/// <param name="Cursor">For the next export of what is new after this one.</param>
/// <param name="Hash">The hash of a version made of these pictures alone, see <see cref="DatasetVersion.Hash"/>.</param>
public sealed record DatasetExport(int Images, long Bytes, long Cursor, string Hash);
