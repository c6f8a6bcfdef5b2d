using Microsoft.Extensions.Logging;

namespace Guardian.Models.Catalog;

/// <summary>Log messages of the catalog: event ids 5200 to 5299.</summary>
internal static partial class Log
{
    [LoggerMessage(5200, LogLevel.Information, "Model {ModelId} of camera {CameraId} registered as {Version}, {Size} bytes")]
    public static partial void ModelRegistered(this ILogger log, string modelId, string cameraId, ModelVersion version, long size);

    [LoggerMessage(5201, LogLevel.Error, "The file of model {ModelId} was changed on the disk: SHA-256 should be {Expected} and is {Actual}")]
    public static partial void ModelDamaged(this ILogger log, string modelId, string expected, string actual);

    [LoggerMessage(5202, LogLevel.Information, "Model folder {Folder} without a row was removed: an earlier process ended while registering it")]
    public static partial void LeftoverRemoved(this ILogger log, string folder);
}
