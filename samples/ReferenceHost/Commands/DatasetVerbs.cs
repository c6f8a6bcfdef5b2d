using System.CommandLine;
using System.Globalization;
using Guardian.Models;
using Guardian.ReferenceHost.Api;
using Guardian.ReferenceHost.Workers;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>dataset …</c>: pictures in and out, and what they show, beside the running node.</summary>
internal static class DatasetVerbs
{
    private const int ShownRefusals = 20;

    public static Command Create() => new("dataset", "Imports, exports, lists and judges the pictures that models are trained on.") { Import(), Export(), List(), Coverage() };

    private static Command Import()
    {
        var path = new Argument<string>("path") { Description = "A ZIP file, or a folder of LABEL/*.jpg or with a manifest.json." };
        var camera = new Option<string?>("--camera") { Description = "The camera; not needed when the manifest names it." };
        var label = new Option<string?>("--label") { Description = "The label of pictures that lie in no folder." };
        var command = new Command("import", "Imports pictures and says what became of each. Pictures that are there already stay as they are.") { path, camera, label };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            await using LocalModels models = data.OpenModels();
            var request = new DatasetImportRequest { CameraId = result.GetValue(camera), Label = result.GetValue(label) };
            DatasetImportReport report = await ImportAsync(models, result.GetRequiredValue(path), request, cancellationToken);
            if (report.Error is not null)
            {
                await Console.Error.WriteLineAsync($"guardian: {report.Error}");
                return 1;
            }

            Print(report);
            await using EdgeRegistry registry = data.OpenRegistry();
            await new TrainingOrders(models.Datasets, models.Jobs, models.Catalog, registry).OrderAsync(report.CameraId!, cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task<DatasetImportReport> ImportAsync(LocalModels models, string path, DatasetImportRequest request, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return await models.Transfer.ImportFolderAsync(path, request, cancellationToken);
        }

        await using FileStream zip = File.OpenRead(path);
        return await models.Transfer.ImportZipAsync(zip, request, cancellationToken);
    }

    private static void Print(DatasetImportReport report)
    {
        Console.WriteLine($"{report.CameraId}: {report.Accepted} accepted ({report.NearDuplicates} look like earlier ones), {report.Duplicates} known already, {report.Refused} refused.");
        List<DatasetImportEntry> refused = [.. report.Entries.Where(e => e.Outcome is not (SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate))];
        foreach (DatasetImportEntry entry in refused.Take(ShownRefusals))
        {
            Console.WriteLine($"  {entry.Name}: {ApiMapping.Word(entry.Outcome)}: {entry.Reason}");
        }

        if (refused.Count > ShownRefusals)
        {
            Console.WriteLine($"  … and {refused.Count - ShownRefusals} more.");
        }
    }

    private static Command Export()
    {
        Argument<string> camera = CameraArgument();
        var output = new Option<string>("--out") { Description = "The ZIP file to make.", Required = true };
        var version = new Option<int?>("--version-number") { Description = "A version of the dataset; without it, what the dataset is now." };
        var after = new Option<long>("--after") { Description = "Only what arrived after this cursor, which an earlier export printed." };
        var command = new Command("export", "Writes a dataset as a ZIP file that imports again to the same hash.") { camera, output, version, after };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using LocalModels models = DataFolder.Of(result).OpenModels();
            var request = new DatasetExportRequest { CameraId = result.GetRequiredValue(camera), Version = result.GetValue(version), After = result.GetValue(after) };
            DatasetExport? export = null;
            await OutputFile.WriteAsync(result.GetRequiredValue(output), async stream =>
            {
                export = await models.Transfer.ExportAsync(request, stream, cancellationToken);
                return true;
            });
            Console.WriteLine($"{export!.Images} pictures, {export.Bytes} bytes, hash {export.Hash}");
            Console.WriteLine($"For what comes after: --after {export.Cursor}");
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists datasets with their labels and newest version.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using LocalModels models = DataFolder.Of(result).OpenModels();
            foreach (DatasetSummary d in await models.Datasets.ListAsync(cancellationToken))
            {
                string labels = string.Join(", ", d.Counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key}"));
                Console.WriteLine($"{d.CameraId}  {labels}  {d.Bytes} bytes{(d.Newest is { } v ? $"  version {v.Number} {v.Hash[..12]}" : "")}");
            }

            return 0;
        });
        return command;
    }

    private static Command Coverage()
    {
        Argument<string> camera = CameraArgument();
        var command = new Command("coverage", "Says what a camera's pictures show and what is missing for a model that is worth its training.") { camera };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            await using LocalModels models = data.OpenModels();
            await using EdgeRegistry registry = data.OpenRegistry();
            string id = result.GetRequiredValue(camera);
            int required = Math.Max((await registry.Cameras.GetAsync(id, cancellationToken))?.RequiredSnapshots ?? 0, TrainingOptions.MinImages);
            DatasetCoverage coverage = await models.Datasets.CoverageAsync(id, required, TimeZoneInfo.Local, cancellationToken);
            Console.WriteLine($"Labels      {string.Join(", ", coverage.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Value} {l.Key}"))}");
            Console.WriteLine($"Hours       {string.Join(' ', coverage.Hours.Select((n, hour) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{n}")))}");
            Console.WriteLine($"Brightness  {string.Join(' ', coverage.Brightness)} (black to white)");
            Console.WriteLine($"Days        {coverage.Days}");
            foreach (string missing in coverage.Missing)
            {
                Console.WriteLine($"Missing     {missing}");
            }

            Console.WriteLine(coverage.IsWorthwhile ? "Training is worthwhile." : "Training is not worthwhile yet.");
            return 0;
        });
        return command;
    }

    private static Argument<string> CameraArgument() => new("camera") { Description = "The camera's id." };
}
