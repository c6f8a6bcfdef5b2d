using Microsoft.Extensions.Logging;

namespace Guardian.Models.Catalog;

/// <summary>Log messages of the catalog: event ids 5200 to 5299.</summary>
internal static partial class Log
{
    [LoggerMessage(5200, LogLevel.Information, "Model {ModelId} of {Series} registered as {Version}, {Size} bytes")]
    public static partial void ModelRegistered(this ILogger log, string modelId, string series, ModelVersion version, long size);

    [LoggerMessage(5201, LogLevel.Error, "The file of model {ModelId} was changed on the disk: {What}; the model has failed and is not handed out")]
    public static partial void ModelDamaged(this ILogger log, string modelId, string what);

    [LoggerMessage(5202, LogLevel.Information, "Model folder {Folder} without a row was removed: an earlier process ended while registering it")]
    public static partial void LeftoverRemoved(this ILogger log, string folder);

    [LoggerMessage(5203, LogLevel.Information, "Model {ModelId} was removed by the clean-up, {Size} bytes")]
    public static partial void ModelRemoved(this ILogger log, string modelId, long size);
}
