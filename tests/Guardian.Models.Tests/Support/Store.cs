using Guardian.Testing;

namespace Guardian.Models.Tests.Support;

/// <summary>A models folder of its own for one test, which can be closed and opened again as a restarted process would.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GuardianModelsOptions _options;

    public Store(Action<GuardianModelsOptions>? configure = null)
    {
        _options = new GuardianModelsOptions { Directory = _folder.Path };
        configure?.Invoke(_options);
        Models = new LocalModels(_options, Clock);
    }

    public ManualClock Clock { get; } = new();

    public LocalModels Models { get; private set; }

    public string Folder => _folder.Path;

    public IEnumerable<string> Files(string pattern) => Directory.EnumerateFiles(Folder, pattern, SearchOption.AllDirectories);

    public async Task RestartAsync()
    {
        await Models.DisposeAsync();
        Models = new LocalModels(_options, Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Models.DisposeAsync();
        _folder.Dispose();
    }
}
