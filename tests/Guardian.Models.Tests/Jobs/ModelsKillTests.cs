using System.Diagnostics;
using System.Reflection;
using Guardian.Models.Tests.Support;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.Models.Tests.Jobs;

/// <summary>However often its process is killed, a training ends with the model it would have had, and an import with what the ZIP file holds.</summary>
public sealed class ModelsKillTests(ITestOutputHelper output) : IDisposable
{
    private const int MostKills = 16;

    private readonly TemporaryFolder _folder = new();

    [Fact(Timeout = 600_000)]
    public async Task a_training_that_is_killed_again_and_again_ends_with_the_same_model()
    {
        byte[][] frames = new Scene(160, 120).NormalDay(40, 1);
        foreach (string data in new[] { "whole", "killed" })
        {
            await using var models = new LocalModels(new GuardianModelsOptions { Directory = _folder.File(data) });
            for (int i = 0; i < frames.Length; i++)
            {
                await models.Datasets.AddAsync(Sample.Snapshot($"s{i:00}", i) with { Jpeg = frames[i] }, default);
            }

            await models.Jobs.EnqueueAsync("cam-1", default);
        }

        string whole = (await LiveAsync(["whole", "train"], null, false))!;
        Assert.StartsWith("model ", whole, StringComparison.Ordinal);
        var random = new Random(1);
        string? model = null;
        int kills = 0;
        for (; kills < MostKills && model is null; kills++)
        {
            // Never more than one life in a row without an epoch: after three, a job is given up.
            bool early = kills % 3 == 0;
            model = await LiveAsync(["killed", "train"], TimeSpan.FromMilliseconds(random.Next(early ? 500 : 60)), afterEpoch: !early);
        }

        model ??= await LiveAsync(["killed", "train"], null, false);
        output.WriteLine($"{kills} kills");
        Assert.Equal(whole, model);
        await using var after = new LocalModels(new GuardianModelsOptions { Directory = _folder.File("killed") });
        TrainingJob job = (await after.Jobs.GetLatestAsync("cam-1", default))!;
        Assert.Equal((TrainingJobState.Succeeded, 1), (job.State, job.DatasetVersion));
        Assert.Single(await after.Catalog.ListAsync("cam-1", default));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.File("killed"), "checkpoints")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.File("killed"), "tmp")));
    }

    [Fact(Timeout = 600_000)]
    public async Task an_import_that_is_killed_again_and_again_is_whole_in_the_end()
    {
        const int pictures = 150;
        string zip = _folder.File("set.zip");
        string hash;
        await using (var source = new Store())
        {
            for (int i = 0; i < pictures; i++)
            {
                await source.Models.Datasets.AddAsync(Sample.Snapshot($"s{i}", i), default);
            }

            hash = (await source.Models.Datasets.CreateVersionAsync("cam-1", default)).Hash;
            await using FileStream file = File.Create(zip);
            await source.Models.Transfer.ExportAsync(new DatasetExportRequest { CameraId = "cam-1" }, file, default);
        }

        var random = new Random(2);
        string? done = null;
        for (int i = 0; i < MostKills && done is null; i++)
        {
            done = await LiveAsync(["data", "import", zip], TimeSpan.FromMilliseconds(random.Next(200)), false);
        }

        done = await LiveAsync(["data", "import", zip], null, false);
        Assert.StartsWith("imported ", done, StringComparison.Ordinal);
        await using var after = new LocalModels(new GuardianModelsOptions { Directory = _folder.File("data") });
        Assert.Equal(hash, (await after.Datasets.CreateVersionAsync("cam-1", default)).Hash);
        Assert.Equal(pictures, Directory.GetFiles(Path.Combine(_folder.File("data"), "datasets"), "*.jpg", SearchOption.AllDirectories).Length);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.File("data"), "tmp")));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>One life of the worker: killed so long after it is ready, or has finished an epoch, or ended by itself.</summary>
    /// <returns>Its last line, when it came to its end.</returns>
    private async Task<string?> LiveAsync(string[] arguments, TimeSpan? kill, bool afterEpoch)
    {
        string program = typeof(ModelsKillTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Victim").Value!;
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, _folder.File(arguments[0]), .. arguments[1..]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string? last = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            last = line;
            if (line.StartsWith(afterEpoch ? "epoch " : "ready", StringComparison.Ordinal))
            {
                KillAfter(process, kill);
            }
        }

        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 || (kill is not null && process.ExitCode == 137), $"exit {process.ExitCode}: {await errors}");
        return process.ExitCode == 0 ? last : null;
    }

    /// <summary>Not a wait for anything: the moment of the kill is what is random.</summary>
    private static void KillAfter(Process process, TimeSpan? wait)
    {
        if (wait is { } after)
        {
            _ = Task.Delay(after).ContinueWith(
                _ =>
                {
                    try
                    {
                        process.Kill();
                    }
                    catch (InvalidOperationException)
                    {
                        // It has ended, by itself or by an earlier kill.
                    }
                },
                TaskScheduler.Default);
        }
    }
}
