using Guardian.Bench.Node;

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
    await TrainingLoadBenchmark.RunAsync(node, folder);
}
finally
{
    Directory.Delete(folder, recursive: true);
}
