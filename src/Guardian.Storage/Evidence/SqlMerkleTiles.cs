using System.Data.Common;
using Dapper;

namespace Guardian.Storage;

/// <summary>Tiles in a table, as a transaction sees them.</summary>
internal sealed class SqlMerkleTiles(DbConnection connection) : IMerkleTiles
{
    public ReadOnlyMemory<byte> Read(int level, long index) =>
        connection.QuerySingleOrDefault<byte[]>("SELECT hashes FROM evidence_tiles WHERE level = @Level AND tile = @Index", new { Level = level, Index = index });

    public void Store(MerkleAppender appender)
    {
        foreach ((int level, long index, byte[] hashes) in appender.Changed)
        {
            connection.Execute(
                "INSERT INTO evidence_tiles (level, tile, hashes) VALUES (@Level, @Index, @Hashes) ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes",
                new { Level = level, Index = index, Hashes = hashes });
        }
    }
}
