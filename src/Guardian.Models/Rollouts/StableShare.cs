using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Guardian.Models.Rollouts;

/// <summary>Divides edges and cameras so that the same ones fall on the same side, whoever asks and however often.</summary>
internal static class StableShare
{
    /// <returns>A number from 0 to below 1 that follows from the words alone, evenly spread.</returns>
    public static double Of(string rolloutId, string edgeId, string cameraId)
    {
        // None of the words can contain a line feed, so no two triples are one text.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{rolloutId}\n{edgeId}\n{cameraId}"));
        return BinaryPrimitives.ReadUInt64BigEndian(hash) / Math.Pow(2, 64);
    }
}
