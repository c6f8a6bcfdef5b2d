using System.Runtime.CompilerServices;
using Guardian.Analysis;
using Guardian.Models;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Trains ordered models one at a time, registers them, learns the camera's baseline with them and assigns them to the camera's edge.</summary>
internal sealed class TrainingWorker(
    ITrainingJobs jobs, IDatasetStore datasets, IModelTrainer trainer, IModelCatalog catalog, IModelDistributor distributor, IBaselineStore baselines, IAnomalyMapSource maps,
    IObjectDetector detector, EdgeRegistry registry, TrainingOrders orders, TimeProvider time, ILogger<TrainingWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1), Idle = TimeSpan.FromMilliseconds(500), ReconcileInterval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? reconciled = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (reconciled is null)
                {
                    await orders.ReconcileAsync(stoppingToken);
                    reconciled = time.GetTimestamp();
                }

                if (await jobs.LeaseNextAsync(Lease, stoppingToken) is { } lease)
                {
                    await RunAsync(lease, stoppingToken);
                    continue;
                }

                if (time.GetElapsedTime(reconciled.Value) >= ReconcileInterval)
                {
                    await orders.ReconcileEndedAsync(stoppingToken);
                    reconciled = time.GetTimestamp();
                }
            }
            catch (Exception e) when (e is ModelException or TunnelException)
            {
                Log.TrainingLoopFailed(logger, e);
            }

            await Task.Delay(Idle, stoppingToken);
        }
    }

    private async Task RunAsync(TrainingJobLease lease, CancellationToken cancellationToken)
    {
        string camera = lease.Job.CameraId;
        await registry.Cameras.SetReadinessAsync(camera, CameraReadinessState.TrainingInProgress, cancellationToken);
        try
        {
            CatalogModel model = await FinishedAsync(lease.Job, cancellationToken)
                ?? await MakeAsync(lease, cancellationToken);
            await LearnBaselineAsync(camera, cancellationToken);
            if (await registry.Cameras.GetAsync(camera, cancellationToken) is { } registered)
            {
                await distributor.StartAsync(
                    new RolloutRequest
                    {
                        Name = model.Name,
                        Actor = "training",
                        Targets = [new RolloutTargetRequest(registered.EdgeId.ToString(), camera, model.ModelId)],
                    },
                    cancellationToken);
            }

            await jobs.CompleteAsync(lease, model.ModelId, cancellationToken);
            await registry.Cameras.SetReadinessAsync(camera, CameraReadinessState.Trained, cancellationToken);
            Log.Trained(logger, camera, model.ModelId, model.Metadata?.Metrics.Seconds ?? 0);
        }
        catch (Exception e) when (e is ModelException or ArgumentException or AnalysisException)
        {
            Log.TrainingFailed(logger, camera, e);
            await jobs.FailAsync(lease, e.Message, cancellationToken);
            await registry.Cameras.SetReadinessAsync(camera, CameraReadinessState.NeedsSnapshots, cancellationToken);
        }
    }

    /// <summary>The model that this job has made already, when the process was killed after registering it.</summary>
    private async Task<CatalogModel?> FinishedAsync(TrainingJob job, CancellationToken cancellationToken) =>
        (await catalog.ListAsync(job.CameraId, cancellationToken)).FirstOrDefault(m => m.CreatedAt >= job.CreatedAt && m.Status is (ModelStatus.Ready or ModelStatus.Active));

    private async Task<CatalogModel> MakeAsync(TrainingJobLease lease, CancellationToken cancellationToken)
    {
        CatalogModel begun = await catalog.BeginTrainingAsync(lease.Job.CameraId, new ModelLineage { Trainer = trainer.GetType().Name }, cancellationToken);
        try
        {
            return await catalog.RegisterAsync(await TrainAsync(lease, cancellationToken), name: null, cancellationToken);
        }
        catch (Exception e) when (e is ModelException or ArgumentException)
        {
            await catalog.SetStatusAsync(begun.ModelId, ModelStatus.Failed, cancellationToken);
            throw;
        }
    }

    private async Task<TrainedModel> TrainAsync(TrainingJobLease lease, CancellationToken cancellationToken)
    {
        // Progress is reported from the training thread; a report is a short write, and it renews the lease.
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = new SynchronousProgress(p =>
        {
            if (!jobs.ReportProgressAsync(lease, p, Lease, CancellationToken.None).GetAwaiter().GetResult())
            {
                lost.Cancel();
            }
        });
        return await trainer.TrainAsync(new TrainingRequest { CameraId = lease.Job.CameraId, Images = ImagesAsync(lease.Job.CameraId, lost.Token) }, progress, lost.Token);
    }

    private async IAsyncEnumerable<TrainingImage> ImagesAsync(string camera, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredSnapshot snapshot in datasets.EnumerateAsync(camera, TrainingOrders.Normal, cancellationToken))
        {
            yield return new TrainingImage(snapshot.SnapshotId, await datasets.ReadAsync(snapshot, cancellationToken));
        }
    }

    private async Task LearnBaselineAsync(string camera, CancellationToken cancellationToken)
    {
        await foreach (StoredSnapshot snapshot in datasets.EnumerateAsync(camera, TrainingOrders.Normal, cancellationToken))
        {
            ReadOnlyMemory<byte> jpeg = await datasets.ReadAsync(snapshot, cancellationToken);
            FrameImage image = FrameImage.FromJpeg(jpeg);
            AnomalyMap? map = await maps.ComputeAsync(camera, jpeg, cancellationToken);
            IReadOnlyList<DetectedObject> objects = await detector.DetectAsync(new AnalysisFrame(image, map, snapshot.CapturedAt), cancellationToken);
            await baselines.ObserveAsync(
                camera,
                new BaselineObservation { SourceId = snapshot.SnapshotId, CapturedAt = snapshot.CapturedAt, Objects = objects, Width = image.Width, Height = image.Height },
                cancellationToken);
        }
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, reports in order and before the next epoch begins.</summary>
    private sealed class SynchronousProgress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
