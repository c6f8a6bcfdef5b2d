using System.Globalization;
using Guardian.Bench.Node;

if (args is [RolloutNode.Word, string data])
{
    await RolloutNode.RunAsync(data);
    return;
}

if (args is ["rollout"] or ["rollout", _])
{
    await RolloutBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : RolloutBenchmark.DefaultEdges);
    return;
}

if (args is ["sealing"])
{
    await SealBenchmark.RunAsync();
    return;
}

string folder = Directory.CreateTempSubdirectory("guardian-bench-").FullName;
try
{
    if (args is ["training"])
    {
        await using BenchNode trains = await BenchNode.StartAsync(folder);
        await TrainingLoadBenchmark.RunAsync(trains, folder);
        return;
    }

    await TelemetryBenchmark.RunAsync(folder);
    await SealBenchmark.RunAsync();
    await using BenchNode node = await BenchNode.StartAsync(folder);
    await EventBenchmark.RunAsync(node, folder);
    await ClipBenchmark.RunAsync(node, folder);
    await RolloutBenchmark.RunAsync(RolloutBenchmark.DefaultEdges);
    await TrainingLoadBenchmark.RunAsync(node, folder);
}
finally
{
    Directory.Delete(folder, recursive: true);
}
