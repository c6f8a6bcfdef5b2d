using Guardian.Analysis;
using Guardian.Models;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Trains ordered models one at a time, registers them, learns the camera's baseline with them and assigns them to the camera's edge.</summary>
internal sealed class TrainingWorker(
    ITrainingJobs jobs, IDatasetStore datasets, IModelTrainer trainer, IModelCatalog catalog, IModelDistributor distributor, IBaselineStore baselines, IAnomalyMapSource maps,
    IObjectDetector detector, EdgeRegistry registry, TrainingOrders orders, TimeProvider time, ILogger<TrainingWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1), Renewal = TimeSpan.FromSeconds(1), Idle = TimeSpan.FromMilliseconds(500), ReconcileInterval = TimeSpan.FromSeconds(30),
        CleanUpInterval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? reconciled = null, cleaned = null;
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

                if (cleaned is null || time.GetElapsedTime(cleaned.Value) >= CleanUpInterval)
                {
                    await datasets.CleanUpAsync(stoppingToken);
                    cleaned = time.GetTimestamp();
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

    private async Task RunAsync(TrainingJobLease lease, CancellationToken stoppingToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task renewing = RenewAsync(lease, lost);
        try
        {
            await RunLeasedAsync(lease, lost.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            Log.TrainingStopped(logger, lease.Job.CameraId, lease.Job.JobId);
            await orders.ReconcileEndedAsync(stoppingToken);
        }
        finally
        {
            await lost.CancelAsync();
            await renewing;
        }
    }

    /// <summary>Keeps the lease while the training runs; ends the training when the lease is lost or the job cancelled.</summary>
    private async Task RenewAsync(TrainingJobLease lease, CancellationTokenSource lost)
    {
        using var timer = new PeriodicTimer(Renewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(lost.Token))
            {
                if (!await jobs.RenewAsync(lease, Lease, lost.Token))
                {
                    await lost.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The training has ended.
        }
        catch (ModelException e)
        {
            // The lease outlasts a busy or full disk for a while; the next report of progress tells.
            Log.TrainingLoopFailed(logger, e);
        }
    }

    private async Task RunLeasedAsync(TrainingJobLease lease, CancellationToken cancellationToken)
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
            await registry.Cameras.SetReadinessAsync(camera, await orders.RestingAsync(camera, cancellationToken), cancellationToken);
        }
    }

    /// <summary>The model that this job has made already, when the process was killed after registering it.</summary>
    private async Task<CatalogModel?> FinishedAsync(TrainingJob job, CancellationToken cancellationToken) =>
        (await catalog.ListAsync(job.CameraId, cancellationToken)).FirstOrDefault(m => m.CreatedAt >= job.CreatedAt && m.Status is (ModelStatus.Ready or ModelStatus.Active));

    private async Task<CatalogModel> MakeAsync(TrainingJobLease lease, CancellationToken cancellationToken)
    {
        string camera = lease.Job.CameraId;
        var options = new TrainingOptions();
        (int version, string hash) = lease.Job is { DatasetVersion: { } number, DatasetHash: { } known } ? (number, known) : await FixDatasetAsync(lease, cancellationToken);
        (CatalogModel? parent, ReadOnlyMemory<byte> weights) = await ParentAsync(camera, options, cancellationToken);
        string dataset = $"{version} {hash}";
        CatalogModel begun = await catalog.BeginTrainingAsync(
            camera, new ModelLineage { Trainer = trainer.GetType().Name, DatasetVersion = dataset, ParentModelId = parent?.ModelId }, cancellationToken);
        try
        {
            // Progress is reported from the training thread; a report is a short write. Whether the lease still holds is the renewal's to find out.
            var progress = new SynchronousProgress(p => jobs.ReportProgressAsync(lease, p, Lease, CancellationToken.None).GetAwaiter().GetResult());
            var request = new TrainingRequest
            {
                CameraId = camera,
                Images = TrainingImages.FromVersion(datasets, camera, version, TrainingOrders.Normal),
                Options = options,
                Previous = weights,
                CheckpointFile = lease.CheckpointFile,
                GivesWay = true,
            };
            TrainedModel trained = await trainer.TrainAsync(request, progress, cancellationToken);
            return await catalog.RegisterAsync(trained with { DatasetVersion = dataset, ParentModelId = parent?.ModelId }, name: null, cancellationToken);
        }
        catch (Exception e) when (e is ModelException or ArgumentException)
        {
            await catalog.SetStatusAsync(begun.ModelId, ModelStatus.Failed, cancellationToken);
            throw;
        }
    }

    /// <summary>The camera's model whose weights a training can begin from: the one in use, else the newest; none when there is none that can be read.</summary>
    private async Task<(CatalogModel? Model, ReadOnlyMemory<byte> Onnx)> ParentAsync(string camera, TrainingOptions options, CancellationToken cancellationToken)
    {
        IEnumerable<CatalogModel> usable = (await catalog.ListAsync(camera, cancellationToken))
            .Where(m => m.Status is ModelStatus.Ready or ModelStatus.Active && m.Metadata is { } metadata && options.CanContinue(metadata));
        if (usable.OrderByDescending(m => m.Status == ModelStatus.Active).FirstOrDefault() is not { } model)
        {
            return (null, default);
        }

        try
        {
            await using Stream onnx = await catalog.OpenAsync(model.ModelId, cancellationToken);
            byte[] bytes = new byte[model.Size];
            await onnx.ReadExactlyAsync(bytes, cancellationToken);
            return (model, bytes);
        }
        catch (ModelException e)
        {
            // The catalog has set a damaged model aside; a training from nothing replaces it.
            Log.ParentUnreadable(logger, camera, model.ModelId, e);
            return (null, default);
        }
    }

    /// <summary>A job trains on what the dataset is when it begins, also when it begins again after a kill.</summary>
    private async Task<(int Number, string Hash)> FixDatasetAsync(TrainingJobLease lease, CancellationToken cancellationToken)
    {
        DatasetVersion version = await datasets.CreateVersionAsync(lease.Job.CameraId, cancellationToken);
        await jobs.SetDatasetAsync(lease, version, cancellationToken);
        return (version.Number, version.Hash);
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
