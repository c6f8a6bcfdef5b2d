using System.CommandLine;
using System.Globalization;
using Guardian.Models;
using Guardian.ReferenceHost.Api;
using Guardian.ReferenceHost.Workers;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>training …</c>: shows, orders and cancels trainings, which the running node does.</summary>
internal static class TrainingVerbs
{
    public static Command Create() => new("training", "Lists, starts and cancels trainings.") { List(), Start(), Cancel() };

    private static Command List()
    {
        var limit = new Option<int>("--limit") { Description = "Jobs at the most, 1 to 1000.", DefaultValueFactory = _ => 20 };
        var command = new Command("list", "Lists training jobs, newest first.") { limit };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using LocalModels models = DataFolder.Of(result).OpenModels();
            foreach (TrainingJob job in await models.Jobs.ListAsync(result.GetRequiredValue(limit), cancellationToken))
            {
                string progress = job.Progress is { } p
                    ? string.Create(CultureInfo.InvariantCulture, $"  epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:0.#####}, validation error {p.ValidationError:0.#####}, {p.SecondsLeft:0} s left")
                    : "";
                Console.WriteLine($"{job.JobId}  {job.CameraId}  {ApiMapping.Word(job.State)}  priority {job.Priority}{progress}{(job.ModelId ?? job.Error) switch { { } end => $"  {end}", null => "" }}");
            }

            return 0;
        });
        return command;
    }

    private static Command Start()
    {
        var camera = new Argument<string>("camera") { Description = "The camera's id." };
        var priority = new Option<int>("--priority") { Description = "-100 to 100; higher ones are trained first." };
        var command = new Command("start", "Orders a training; the running node takes it up when its turn comes.") { camera, priority };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            await using LocalModels models = data.OpenModels();
            await using EdgeRegistry registry = data.OpenRegistry();
            (TrainingJob? job, string? refusal) = await Orders(models, registry).StartAsync(result.GetRequiredValue(camera), result.GetValue(priority), cancellationToken);
            if (job is null)
            {
                await Console.Error.WriteLineAsync($"guardian: {refusal}");
                return 1;
            }

            Console.WriteLine($"{job.JobId}  {ApiMapping.Word(job.State)}");
            return 0;
        });
        return command;
    }

    private static Command Cancel()
    {
        var id = new Argument<string>("job") { Description = "The job's id, as 'training list' shows it." };
        var command = new Command("cancel", "Cancels a training that waits or runs; one that runs stops within seconds.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            await using LocalModels models = data.OpenModels();
            await using EdgeRegistry registry = data.OpenRegistry();
            bool cancelled = await Orders(models, registry).CancelAsync(result.GetRequiredValue(id), cancellationToken);
            Console.WriteLine(cancelled ? "Cancelled." : "There is no such job, or it has ended.");
            return cancelled ? 0 : 1;
        });
        return command;
    }

    private static TrainingOrders Orders(LocalModels models, EdgeRegistry registry) => new(models.Datasets, models.Jobs, models.Catalog, registry);
}
