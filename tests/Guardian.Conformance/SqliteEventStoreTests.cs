using Guardian.Events;
using Guardian.Testing;

namespace Guardian.Conformance;

public sealed class SqliteEventStoreTests : EventStoreConformance
{
    private readonly TemporaryFolder _folder = new();
    private SqliteEventStore _store = null!;

    protected override IEventStore Store => _store;

    public override Task InitializeAsync()
    {
        _store = Open();
        return Task.CompletedTask;
    }

    public override async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task a_reopened_file_has_everything()
    {
        IncomingEvent e = Event();
        await AppendAsync(e);
        await _store.DisposeAsync();
        _store = Open();
        Assert.NotNull(await _store.GetAsync(e.Id, CancellationToken.None));
    }

    [Fact]
    public void unsound_options_are_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SqliteEventStore(new EventStoreOptions { AlertSeverity = Severity.None }));
        Assert.Contains("Guardian:Events:DatabasePath", error.Message, StringComparison.Ordinal);
        Assert.Contains("Guardian:Events:AlertSeverity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_file_that_is_no_database_is_an_error_in_words()
    {
        File.WriteAllText(_folder.File("text.db"), "this is not a database, it is a note to somebody, and longer than a header");
        Assert.Contains("not a database", Assert.Throws<EventsException>(() => new SqliteEventStore(new EventStoreOptions { DatabasePath = _folder.File("text.db") })).Message, StringComparison.Ordinal);
    }

    private SqliteEventStore Open() => new(new EventStoreOptions { DatabasePath = _folder.File("events.db") }, Time);
}
