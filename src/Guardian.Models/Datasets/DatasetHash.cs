using System.Security.Cryptography;
using System.Text;

namespace Guardian.Models.Datasets;

/// <summary>The identity of a set of pictures, whatever order, node or camera name they come from.</summary>
internal static class DatasetHash
{
    public static string Of(IEnumerable<SnapshotRow> rows)
    {
        string[] lines = [.. rows.Select(r => FormattableString.Invariant($"{r.Sha256} {r.Label} {r.CapturedAt} {r.Conditions}\n"))];
        Array.Sort(lines, StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
