using Guardian.Testing;

namespace Guardian.Storage.Tests.Index;

/// <summary>The databases that an index can be in.</summary>
public sealed class IndexDatabases : TheoryData<string>
{
    public const string Sqlite = "SQLite", Postgres = "PostgreSQL";

    public IndexDatabases()
    {
        Add(Sqlite);
        if (PostgresServer.IsAvailable)
        {
            Add(Postgres);
        }
    }
}

/// <summary>Says loudly when half of the tests did not run.</summary>
public sealed class PostgresPresenceTests
{
    [RequiresFact("/usr/lib/postgresql")]
    public void postgres_is_here() => Assert.True(PostgresServer.IsAvailable);
}
