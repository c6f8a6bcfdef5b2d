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

    [LoggerMessage(5004, LogLevel.Information, "Training for camera {CameraId} goes on after epoch {Epoch}, where its checkpoint stands")]
    public static partial void Continues(this ILogger log, string cameraId, int epoch);

    [LoggerMessage(5005, LogLevel.Information, "Training for camera {CameraId} begins anew: its checkpoint is of other frames, options or another program")]
    public static partial void CheckpointOfAnother(this ILogger log, string cameraId);

    [LoggerMessage(5006, LogLevel.Warning, "Training for camera {CameraId} begins anew: its checkpoint cannot be read: {Reason}")]
    public static partial void CheckpointUnreadable(this ILogger log, string cameraId, string reason);

    [LoggerMessage(5007, LogLevel.Warning, "Training for camera {CameraId} goes on without a checkpoint, which cannot be written: {Reason}")]
    public static partial void CheckpointFailed(this ILogger log, string cameraId, string reason);
}
