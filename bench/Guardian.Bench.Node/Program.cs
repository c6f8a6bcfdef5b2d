using Guardian.Bench.Node;

if (args is ["sealing"])
{
    await SealBenchmark.RunAsync();
    return;
}

string folder = Directory.CreateTempSubdirectory("guardian-bench-").FullName;
try
{
    await TelemetryBenchmark.RunAsync(folder);
    await SealBenchmark.RunAsync();
    await using BenchNode node = await BenchNode.StartAsync(folder);
    await EventBenchmark.RunAsync(node, folder);
    await ClipBenchmark.RunAsync(node, folder);
}
finally
{
    Directory.Delete(folder, recursive: true);
}
