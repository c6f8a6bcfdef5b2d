using Guardian.Bench.Tunnel;

// The program starts itself in the namespaces that it makes.
switch (args)
{
    case [ReconcileBenchmark.Word, var name, var folder]:
        await ReconcileBenchmark.RunAsync(name, folder);
        return 0;
    case [UploadBenchmark.Word, var credentials, var name, var folder]:
        await UploadBenchmark.RunAsync(credentials, name, folder);
        return 0;
    default:
        return await TunnelBenchmark.RunAsync();
}
