// A training worker for tests that kill it: works on the job that waits in a models folder, from its checkpoint on, and says on its output how far it is.
//   Guardian.Models.Victim FOLDER train          until no job is open; the model goes into the catalog
//   Guardian.Models.Victim FOLDER import ZIP     imports a ZIP file
using Guardian.Models;

var lease = TimeSpan.FromSeconds(1);
await using var models = new LocalModels(new GuardianModelsOptions { Directory = args[0] });
Say("ready");
if (args[1] == "import")
{
    await using FileStream zip = File.OpenRead(args[2]);
    DatasetImportReport report = await models.Transfer.ImportZipAsync(zip, new DatasetImportRequest(), default);
    Say($"imported {report.Accepted} {report.Duplicates} {report.Refused}");
    return;
}

while ((await models.Jobs.ListAsync(1, default))[0].State is TrainingJobState.Queued or TrainingJobState.Running)
{
    // The lease of the life before may still run.
    if (await models.Jobs.LeaseNextAsync(lease, default) is not { } job)
    {
        await Task.Delay(20);
        continue;
    }

    using var stop = new CancellationTokenSource();
    Task renewing = RenewAsync(job, stop.Token);
    DatasetVersion version = await models.Datasets.CreateVersionAsync(job.Job.CameraId, default);
    await models.Jobs.SetDatasetAsync(job, version, default);
    TrainedModel trained = await new AutoencoderTrainer().TrainAsync(
        new TrainingRequest
        {
            CameraId = job.Job.CameraId,
            Images = TrainingImages.FromVersion(models.Datasets, job.Job.CameraId, version.Number),
            Options = new TrainingOptions { InputWidth = 64, InputHeight = 64, LatentSize = 16, Epochs = 40, Patience = 40, Threads = 2 },
            CheckpointFile = job.CheckpointFile,
            CheckpointInterval = TimeSpan.Zero,
        },
        new Report(p =>
        {
            models.Jobs.ReportProgressAsync(job, p, lease, default).GetAwaiter().GetResult();
            Say($"epoch {p.Epoch}");
        }),
        default);
    CatalogModel model = await models.Catalog.RegisterAsync(trained, null, default);
    await stop.CancelAsync();
    await renewing;
    await models.Jobs.CompleteAsync(job, model.ModelId, default);
    Say($"model {model.Sha256}");
}

async Task RenewAsync(TrainingJobLease of, CancellationToken cancellationToken)
{
    using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
    try
    {
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await models.Jobs.RenewAsync(of, lease, CancellationToken.None);
        }
    }
    catch (OperationCanceledException)
    {
    }
}

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}

internal sealed class Report(Action<TrainingProgress> told) : IProgress<TrainingProgress>
{
    void IProgress<TrainingProgress>.Report(TrainingProgress value) => told(value);
}
