using Microsoft.Extensions.Logging;

namespace Guardian.Models.Datasets;

/// <summary>Log messages of the dataset store: event ids 5100 to 5199.</summary>
internal static partial class Log
{
    [LoggerMessage(5100, LogLevel.Information, "A snapshot of camera {CameraId} was refused ({Outcome}): {Reason}")]
    public static partial void SnapshotRefused(this ILogger log, string cameraId, SnapshotOutcome outcome, string reason);

    [LoggerMessage(5101, LogLevel.Information, "{Count} picture files without a row were removed: an earlier process ended while storing them")]
    public static partial void LeftoversRemoved(this ILogger log, int count);

    [LoggerMessage(5102, LogLevel.Information, "Datasets were cleaned up: {Versions} versions and {Images} pictures of {Bytes} bytes removed")]
    public static partial void CleanedUp(this ILogger log, int versions, int images, long bytes);

    [LoggerMessage(5103, LogLevel.Information, "Import for camera {CameraId}: {Accepted} accepted, {Duplicates} known already, {Refused} refused")]
    public static partial void Imported(this ILogger log, string cameraId, int accepted, int duplicates, int refused);
}
