using System.Text.Json;
using Guardian.Models.Internal;
using Guardian.Shared.Files;
using Guardian.Shared.Sql;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Datasets;

/// <summary>Imports and exports over any store of datasets.</summary>
internal sealed class DatasetTransfer(IDatasetStore datasets, ModelsFolder folder, DatasetImportLimits limits, TimeProvider time, ILogger log) : IDatasetTransfer
{
    private const int CopyBuffer = 128 << 10;

    public async Task<DatasetImportReport> ImportZipAsync(Stream zip, DatasetImportRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(zip);
        Check(request);
        string spool = folder.NewTemporaryFile();
        try
        {
            return await Failures.WrapAsync("Importing a dataset", () => SpooledAsync(zip, spool, request, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(spool);
        }
    }

    public Task<DatasetImportReport> ImportFolderAsync(string path, DatasetImportRequest request, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check(request);
        return Failures.WrapAsync("Importing a dataset", () => RunAsync(() => FolderSource.Open(path, limits), request, cancellationToken));
    }

    public async Task<DatasetExport> ExportAsync(DatasetExportRequest request, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(output);
        Identifiers.ThrowIfNotCamera(request.CameraId);
        (List<StoredSnapshot> pictures, long cursor) = await ChooseAsync(request, cancellationToken).ConfigureAwait(false);
        string hash = DatasetHash.Of(pictures.Select(Row));
        var zip = new ZipWriter(output);
        await zip.AddAsync(DatasetManifest.FileName, time.GetUtcNow(), Manifest(request, pictures, cursor, hash), cancellationToken).ConfigureAwait(false);
        foreach (StoredSnapshot picture in pictures)
        {
            ReadOnlyMemory<byte> jpeg = await datasets.ReadAsync(picture, cancellationToken).ConfigureAwait(false);
            await zip.AddAsync(FileName(picture), picture.CapturedAt, jpeg, cancellationToken).ConfigureAwait(false);
        }

        await zip.FinishAsync(cancellationToken).ConfigureAwait(false);
        return new DatasetExport(pictures.Count, pictures.Sum(p => p.Size), cursor, hash);
    }

    private static void Check(DatasetImportRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.CameraId is not null)
        {
            Identifiers.ThrowIfNotCamera(request.CameraId);
        }

        if (request.Label is not null)
        {
            Identifiers.ThrowIfNotLabel(request.Label);
        }
    }

    private async Task<DatasetImportReport> SpooledAsync(Stream zip, string spool, DatasetImportRequest request, CancellationToken cancellationToken)
    {
        FileStream file = DurableFile.Create(spool);
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = new byte[CopyBuffer];
            for (int read; (read = await zip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (file.Position + read > limits.MaxZipBytes)
                {
                    return Refused(request.CameraId, [], $"The ZIP file has more bytes than {nameof(limits.MaxZipBytes)} allows: {limits.MaxZipBytes}.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            return await RunAsync(() => ZipSource.Open(file, limits), request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DatasetImportReport> RunAsync(Func<IImportSource> open, DatasetImportRequest request, CancellationToken cancellationToken)
    {
        DatasetImport? import = null;
        try
        {
            import = new DatasetImport(datasets, open(), request);
            string camera = await import.RunAsync(cancellationToken).ConfigureAwait(false);
            var report = new DatasetImportReport { CameraId = camera, Entries = import.Entries };
            log.Imported(camera, report.Accepted, report.Duplicates, report.Refused);
            return report;
        }
        catch (ImportException e)
        {
            return Refused(request.CameraId, import?.Entries ?? [], e.Message);
        }
    }

    private static DatasetImportReport Refused(string? camera, IReadOnlyList<DatasetImportEntry> entries, string error) => new() { CameraId = camera, Entries = entries, Error = error };

    private async Task<(List<StoredSnapshot> Pictures, long Cursor)> ChooseAsync(DatasetExportRequest request, CancellationToken cancellationToken)
    {
        IAsyncEnumerable<StoredSnapshot> all = datasets.EnumerateSinceAsync(request.CameraId, request.After, cancellationToken);
        long cursor = request.After;
        if (request.Version is { } number)
        {
            IReadOnlyList<DatasetVersion> versions = await datasets.ListVersionsAsync(request.CameraId, cancellationToken).ConfigureAwait(false);
            DatasetVersion version = versions.FirstOrDefault(v => v.Number == number)
                ?? throw new ModelException($"Camera {request.CameraId} has no dataset version {number}.");
            all = datasets.EnumerateVersionAsync(request.CameraId, number, null, cancellationToken);
            cursor = Math.Max(cursor, version.Cursor);
        }

        var pictures = new List<StoredSnapshot>();
        await foreach (StoredSnapshot picture in all.ConfigureAwait(false))
        {
            if (picture.Sequence > request.After)
            {
                pictures.Add(picture);
                cursor = Math.Max(cursor, picture.Sequence);
            }
        }

        return (pictures, cursor);
    }

    private static byte[] Manifest(DatasetExportRequest request, List<StoredSnapshot> pictures, long cursor, string hash) => JsonSerializer.SerializeToUtf8Bytes(
        new DatasetManifest
        {
            Format = DatasetManifest.FormatName,
            FormatVersion = 1,
            Camera = request.CameraId,
            Hash = hash,
            After = request.After,
            Cursor = cursor,
            Images = [.. pictures.Select(p => new ManifestImage
            {
                File = FileName(p),
                Id = p.SnapshotId,
                Sha256 = p.Sha256,
                Label = p.Label,
                CapturedAt = p.CapturedAt,
                Conditions = p.Conditions.Count > 0 ? p.Conditions : null,
            })],
        },
        DatasetJson.Default.DatasetManifest);

    private static string FileName(StoredSnapshot picture) => $"{picture.Label}/{picture.Sha256}.jpg";

    private static SnapshotRow Row(StoredSnapshot p) => new()
    {
        Sha256 = p.Sha256,
        Label = p.Label,
        CapturedAt = SqlTime.ToSql(p.CapturedAt),
        Conditions = SnapshotConditions.ToText(p.Conditions),
    };
}
