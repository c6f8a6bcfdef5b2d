using System.Diagnostics;
using System.Globalization;
using Guardian.Bench.Storage;

// Guardian.Bench.Storage              every figure
// Guardian.Bench.Storage index        the index alone
// Guardian.Bench.Storage relay        reading clips against nginx
// Guardian.Bench.Storage proofs       the evidence log
// Guardian.Bench.Storage archive      archiving against rclone
// Guardian.Bench.Storage memory MB    memory alone, with clips of so many megabytes (200 take 40 GB of disk)
string folder = Directory.CreateTempSubdirectory("guardian-bench-storage-").FullName;
try
{
    if (args is [] or ["index"])
    {
        await IndexBenchmark.RunAsync(folder);
    }

    if (args is [] or ["relay"])
    {
        await RelayBenchmark.RunAsync(Path.Combine(folder, "relay"));
    }

    if (args is [] or ["proofs"])
    {
        await ProofBenchmark.RunAsync(Path.Combine(folder, "proofs"));
    }

    if (args is ["index"] or ["relay"] or ["proofs"])
    {
        return;
    }

    await using S3Server server = await S3Server.StartAsync(Path.Combine(folder, "s3"));
    if (args is ["memory", var megabytes])
    {
        await MemoryBenchmark.RunAsync(server, folder, int.Parse(megabytes, CultureInfo.InvariantCulture));
        return;
    }

    await ArchiveBenchmark.RunAsync(server, folder);
    if (args is ["archive"])
    {
        return;
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// Processes of their own, so that what came before does not count; two sizes, so that it shows whether memory follows the size.
foreach (string megabytes in new[] { "5", "20" })
{
    using Process process = Process.Start(Environment.ProcessPath!, [.. Path.GetFileName(Environment.ProcessPath!) == "dotnet" ? [typeof(ArchiveBenchmark).Assembly.Location] : Array.Empty<string>(), "memory", megabytes]);
    await process.WaitForExitAsync();
}
