using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Guardian.Models.Catalog;
using Guardian.Models.Internal;
using Guardian.Shared.Files;

namespace Guardian.Models;

/// <summary>A model as a folder of two files, <c>model.onnx</c> and <c>metadata.json</c>, without a catalog. docs/formats/model-metadata.md describes both.</summary>
public static class ModelFolder
{
    /// <summary>Name of the model in fewer bits, where there is one.</summary>
    public const string ReducedFile = "model.int8.onnx";

    private const string MetadataName = "metadata.json";
    private const int MaxMetadataBytes = 1 << 20;
    private const long MaxModelBytes = 512L << 20;

    /// <summary>Writes a trained model. Files of an earlier one are replaced, the metadata last: a reader never takes half of one for the other, since the hash would differ.</summary>
    /// <param name="directory">It is created when it is not there.</param>
    /// <param name="model">What to write.</param>
    /// <param name="cancellationToken">Ends the wait; what was not finished leaves nothing.</param>
    /// <returns>The content of metadata.json.</returns>
    /// <exception cref="ModelException">The disk is full or the folder cannot be written.</exception>
    public static Task<ModelMetadata> WriteAsync(string directory, TrainedModel model, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        return Failures.WrapAsync($"Writing the model to {directory}", async () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            DurableFile.CreateFolder(directory);
            string json = MetadataFile.Describe(model, Guid.CreateVersion7(model.CreatedAt).ToString(), ModelVersion.First, name: null);
            await WriteAsync(directory, MetadataFile.OnnxFile, model.Onnx, cancellationToken).ConfigureAwait(false);
            if (model.Reduced is { } reduced)
            {
                await WriteAsync(directory, ReducedFile, reduced.Onnx, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                File.Delete(Path.Combine(directory, ReducedFile));
            }

            await WriteAsync(directory, MetadataName, Encoding.UTF8.GetBytes(json), cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(json, ModelsJson.Default.ModelMetadata)!;
        });
    }

    /// <summary>Reads a model, checked against size and hash in its metadata.</summary>
    /// <exception cref="ModelException">A file is missing, too large, damaged or not what the metadata says.</exception>
    public static Task<(ModelMetadata Metadata, ReadOnlyMemory<byte> Onnx)> ReadAsync(string directory, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Failures.WrapAsync<(ModelMetadata, ReadOnlyMemory<byte>)>($"Reading the model in {directory}", async () =>
        {
            byte[] json = await ReadAsync(Path.Combine(directory, MetadataName), MaxMetadataBytes, cancellationToken).ConfigureAwait(false);
            ModelMetadata metadata = Parse(json, directory);
            byte[] onnx = await ReadAsync(Path.Combine(directory, MetadataFile.OnnxFile), MaxModelBytes, cancellationToken).ConfigureAwait(false);
            string sha256 = Convert.ToHexStringLower(SHA256.HashData(onnx));
            return onnx.Length == metadata.OnnxSize && sha256 == metadata.OnnxSha256
                ? (metadata, onnx)
                : throw new ModelException($"{MetadataFile.OnnxFile} in {directory} has {onnx.Length} bytes and SHA-256 {sha256}; the metadata says {metadata.OnnxSize} and {metadata.OnnxSha256}.");
        });
    }

    private static Task WriteAsync(string directory, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = Path.Combine(directory, name);
        return DurableFile.WriteAsync(path, path + ".new", content, cancellationToken);
    }

    private static ModelMetadata Parse(byte[] json, string directory)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ModelsJson.Default.ModelMetadata) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new ModelException($"{MetadataName} in {directory}: {e.Message}", isTransient: false, e);
        }
    }

    private static async Task<byte[]> ReadAsync(string file, long limit, CancellationToken cancellationToken)
    {
        long length = new FileInfo(file) is { Exists: true } info ? info.Length : throw new ModelException($"{file} is not there.");
        return length <= limit
            ? await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false)
            : throw new ModelException($"{file} has {length} bytes; the limit is {limit}.");
    }
}
