using Guardian.Storage;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Runs the archive's outbox.</summary>
internal sealed class ArchiveWorker(SealedArchive archive) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything can upload: what a killed process left behind is put right first.
        await archive.RecoverAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => archive.RunAsync(stoppingToken);
}
