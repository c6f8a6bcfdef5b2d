using Guardian.Bench.Storage;

string folder = Directory.CreateTempSubdirectory("guardian-bench-storage-").FullName;
try
{
    await using (S3Server server = await S3Server.StartAsync(Path.Combine(folder, "s3")))
    {
        await ArchiveBenchmark.RunAsync(server, folder);
    }

    await using (S3Server server = await S3Server.StartAsync(Path.Combine(folder, "s3-memory")))
    {
        await MemoryBenchmark.RunAsync(server, folder);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
