using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Models.Internal;
using Guardian.Shared.Imaging;

namespace Guardian.Models.Datasets;

/// <summary>One import: from a source's files to snapshots in the store, each with its outcome.</summary>
internal sealed class DatasetImport(IDatasetStore datasets, IImportSource source, DatasetImportRequest request)
{
    private readonly List<DatasetImportEntry> _entries = [];

    public IReadOnlyList<DatasetImportEntry> Entries => _entries;

    /// <returns>The camera that was imported to.</returns>
    /// <exception cref="ImportException">The whole is refused.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, ImportFile>(StringComparer.Ordinal);
        foreach (ImportFile file in source.Files)
        {
            if (file.Fault is { } fault)
            {
                _entries.Add(fault);
            }
            else
            {
                files.Add(file.Name, file);
            }
        }

        if (files.Remove(DatasetManifest.FileName, out ImportFile? listed))
        {
            DatasetManifest manifest = ReadManifest(listed);
            string camera = Camera(manifest);
            await ListedAsync(camera, manifest.Images!, files, cancellationToken).ConfigureAwait(false);
            return camera;
        }

        string named = request.CameraId ?? throw new ImportException($"There is no {DatasetManifest.FileName}; say which camera the pictures are of.");
        foreach (ImportFile file in files.Values)
        {
            await FoundAsync(named, file, cancellationToken).ConfigureAwait(false);
        }

        return named;
    }

    private DatasetManifest ReadManifest(ImportFile file)
    {
        DatasetManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(source.Read(file, DatasetManifest.MaxBytes), DatasetJson.Default.DatasetManifest);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new ImportException($"{DatasetManifest.FileName} cannot be read: {e.Message}");
        }

        if (manifest?.Format != DatasetManifest.FormatName || manifest.FormatVersion != 1)
        {
            throw new ImportException($"{DatasetManifest.FileName}: format must be \"{DatasetManifest.FormatName}\" and format_version 1.");
        }

        return manifest.Images is null || manifest.Images.Any(i => i is null) ? throw new ImportException($"{DatasetManifest.FileName}: images must be a list of objects.") : manifest;
    }

    private string Camera(DatasetManifest manifest)
    {
        if (manifest.Camera is null)
        {
            return request.CameraId ?? throw new ImportException($"{DatasetManifest.FileName} names no camera; say which one the pictures are of.");
        }

        if (!Identifiers.IsCamera(manifest.Camera))
        {
            throw new ImportException($"{DatasetManifest.FileName}: camera must be {Identifiers.CameraRule}.");
        }

        return request.CameraId is null || request.CameraId == manifest.Camera
            ? manifest.Camera
            : throw new ImportException($"{DatasetManifest.FileName} is of camera {manifest.Camera}, not of {request.CameraId}.");
    }

    private async Task ListedAsync(string camera, IReadOnlyList<ManifestImage> images, Dictionary<string, ImportFile> files, CancellationToken cancellationToken)
    {
        foreach (ManifestImage image in images)
        {
            string name = EntryName.Shown(image.File ?? "");
            if (image.File is null || !files.Remove(image.File, out ImportFile? file))
            {
                _entries.Add(new DatasetImportEntry(name, SnapshotOutcome.Missing, $"{DatasetManifest.FileName} names it, but it is not there, is unusable or was named before."));
            }
            else if (image.CapturedAt is null)
            {
                _entries.Add(new DatasetImportEntry(name, SnapshotOutcome.InvalidField, "captured_at is missing."));
            }
            else
            {
                await TakeAsync(file, image.Sha256, (jpeg, sha256) => Snapshot(camera, image.Id ?? sha256, image.Label ?? "", image.CapturedAt.Value, jpeg, image.Conditions), cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        _entries.AddRange(files.Keys.Select(f => new DatasetImportEntry(EntryName.Shown(f), SnapshotOutcome.NotListed, $"{DatasetManifest.FileName} does not name it.")));
    }

    private Task FoundAsync(string camera, ImportFile file, CancellationToken cancellationToken)
    {
        string? label = EntryName.Folder(file.Name) ?? request.Label;
        string extension = Path.GetExtension(file.Name);
        string? unfit =
            !extension.Equals(".jpg", StringComparison.OrdinalIgnoreCase) && !extension.Equals(".jpeg", StringComparison.OrdinalIgnoreCase) ? "Only .jpg and .jpeg files are pictures here; archives in archives are not opened."
            : null;
        if (unfit is not null || label is null)
        {
            _entries.Add(new DatasetImportEntry(
                EntryName.Shown(file.Name),
                unfit is null ? SnapshotOutcome.InvalidField : SnapshotOutcome.NotJpeg,
                unfit ?? "It lies in no folder, whose name would be its label."));
            return Task.CompletedTask;
        }

        return TakeAsync(file, null, (jpeg, sha256) => Snapshot(camera, sha256, label, file.ModifiedAt, jpeg, null), cancellationToken);
    }

    private static DatasetSnapshot Snapshot(string camera, string id, string label, DateTimeOffset at, byte[] jpeg, IReadOnlyDictionary<string, string>? conditions) => new()
    {
        SnapshotId = id,
        CameraId = camera,
        Label = label,
        CapturedAt = at,
        Jpeg = jpeg,
        Conditions = conditions,
    };

    private async Task TakeAsync(ImportFile file, string? promised, Func<byte[], string, DatasetSnapshot> make, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string name = EntryName.Shown(file.Name);
        if (file.Size > JpegLimits.Default.MaxBytes)
        {
            _entries.Add(new DatasetImportEntry(name, SnapshotOutcome.TooManyBytes, $"It has {file.Size} bytes; the limit is {JpegLimits.Default.MaxBytes}."));
            return;
        }

        byte[] jpeg;
        try
        {
            jpeg = source.Read(file, JpegLimits.Default.MaxBytes);
        }
        catch (InvalidDataException e)
        {
            _entries.Add(new DatasetImportEntry(name, SnapshotOutcome.Corrupt, e.Message));
            return;
        }

        string sha256 = Convert.ToHexStringLower(SHA256.HashData(jpeg));
        if (promised is not null && promised != sha256)
        {
            _entries.Add(new DatasetImportEntry(name, SnapshotOutcome.HashMismatch, $"Its SHA-256 is {sha256}, not the one that {DatasetManifest.FileName} says."));
            return;
        }

        SnapshotIntake intake = await datasets.AddAsync(make(jpeg, sha256), cancellationToken).ConfigureAwait(false);
        _entries.Add(new DatasetImportEntry(name, intake.Outcome, intake.Reason) { NearDuplicateOf = intake.NearDuplicateOf, Distance = intake.Distance });
    }
}
