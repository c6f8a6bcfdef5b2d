using Dapper;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>The registry's SQLite file, with what tells other processes that it has changed.</summary>
internal sealed class RegistryDatabase(string path) : TunnelDatabase(path, RegistrySchema.Migrations, "registry")
{
    /// <summary>Lets every process that watches a topic know, once the transaction is done.</summary>
    public static void Raise(SqliteConnection connection, RegistryTopic topic) =>
        connection.Execute("UPDATE revisions SET value = value + 1 WHERE topic = @Topic", new { Topic = (int)topic });

    /// <summary>How often each topic was raised.</summary>
    public Task<IReadOnlyDictionary<RegistryTopic, long>> RevisionsAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyDictionary<RegistryTopic, long>>(
        c => c.Query<(long Topic, long Value)>("SELECT topic, value FROM revisions").ToDictionary(r => (RegistryTopic)r.Topic, r => r.Value), cancellationToken);
}
