using Microsoft.Extensions.Logging;

namespace Guardian.Models.Training;

/// <summary>Log messages of training: event ids 5000 to 5099.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "Training for camera {CameraId}: {Training} frames, {HeldOut} held out, {Skipped} unreadable")]
    public static partial void TrainingStarted(this ILogger log, string cameraId, int training, int heldOut, int skipped);

    [LoggerMessage(5001, LogLevel.Warning, "Training for camera {CameraId}: frame {Name} cannot be read and is left out: {Reason}")]
    public static partial void FrameSkipped(this ILogger log, string cameraId, string name, string reason);

    [LoggerMessage(5002, LogLevel.Information, "Training for camera {CameraId} ended after {Epochs} epochs and {Seconds:0.0} s: validation error {Error}, threshold {Threshold}")]
    public static partial void TrainingEnded(this ILogger log, string cameraId, int epochs, double seconds, double error, double threshold);

    [LoggerMessage(5003, LogLevel.Debug, "Training for camera {CameraId}: epoch {Epoch}, loss {Loss}, validation error {Error}")]
    public static partial void EpochEnded(this ILogger log, string cameraId, int epoch, double loss, double error);
}
