using Guardian.Models.Catalog;
using Guardian.Models.Datasets;
using Guardian.Models.Rollouts;
using Guardian.Models.Import;
using Guardian.Models.Internal;
using Guardian.Models.Jobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Models;

/// <summary>Datasets, catalog, deployments and jobs in one folder on this machine: SQLite for the rows, files for pictures and models. Thread-safe.</summary>
public sealed class LocalModels : IAsyncDisposable
{
    private readonly ModelsFolder _folder;
    private readonly SqliteDatasetStore _datasets;
    private readonly SqliteModelCatalog _catalog;
    private readonly ModelImporter _importer;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;

    /// <summary>Opens or creates the folder and removes what an earlier process left half-written.</summary>
    /// <param name="options">Where and how much.</param>
    /// <param name="time">Clock; null is the system's.</param>
    /// <param name="logs">Where to log; null is nowhere.</param>
    /// <param name="probe">What tries model files of strangers; null tries them in this process.</param>
    /// <exception cref="ArgumentException">An option is outside its bounds; the message names all of them.</exception>
    /// <exception cref="ModelException">The folder cannot be opened.</exception>
    public LocalModels(GuardianModelsOptions options, TimeProvider? time = null, ILoggerFactory? logs = null, IModelProbe? probe = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        GuardianModelsOptionsValidator.ThrowIfInvalid(options);
        _time = time ?? TimeProvider.System;
        _logs = logs ?? NullLoggerFactory.Instance;
        (_folder, _datasets, _catalog) = Failures.Wrap("Opening the models folder", () =>
        {
            var folder = new ModelsFolder(options.Directory);
            return (folder, new SqliteDatasetStore(folder, options, _time, _logs.CreateLogger<SqliteDatasetStore>()),
                new SqliteModelCatalog(folder, options, _time, _logs.CreateLogger<SqliteModelCatalog>()));
        });
        Distributor = CreateDistributor(_catalog);
        _importer = new ModelImporter(_folder, _catalog, probe ?? new InProcessModelProbe(), _time, _logs.CreateLogger<ModelImporter>());
        Jobs = Failures.Wrap("Opening the models folder", () =>
        {
            var jobs = new SqliteTrainingJobs(_folder, options, _time);
            _folder.Share();
            return jobs;
        });
        Transfer = CreateTransfer(_datasets, options);
    }

    /// <summary>Labelled frames.</summary>
    public IDatasetStore Datasets => _datasets;

    /// <summary>Datasets in and out, as ZIP files and folders.</summary>
    public IDatasetTransfer Transfer { get; }

    /// <summary>Trained models.</summary>
    public IModelCatalog Catalog => _catalog;

    /// <summary>Models on their way to edges.</summary>
    public IModelDistributor Distributor { get; }

    /// <summary>The way into the catalog for model files of strangers.</summary>
    public IModelImporter Importer => _importer;

    /// <summary>Training jobs.</summary>
    public ITrainingJobs Jobs { get; }

    /// <summary>Finishes what is being written and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _folder.DisposeAsync().ConfigureAwait(false);
        _datasets.Dispose();
        _catalog.Dispose();
        _importer.Dispose();
    }

    /// <summary>A distributor of models from a catalog that may be another than this folder's.</summary>
    internal IModelDistributor CreateDistributor(IModelCatalog catalog) =>
        new SqliteModelDistributor(_folder, catalog, _datasets, _time, _logs.CreateLogger<SqliteModelDistributor>());

    /// <summary>Imports into and exports from datasets that may be others than this folder's; what is spooled lies here.</summary>
    internal IDatasetTransfer CreateTransfer(IDatasetStore datasets, GuardianModelsOptions options) =>
        new DatasetTransfer(datasets, _folder, options.Import, _time, _logs.CreateLogger<DatasetTransfer>());
}
