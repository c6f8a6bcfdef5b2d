using Guardian.Events;
using EventId = Guardian.Events.EventId;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Event ids 9000–9999 belong to the host.</summary>
internal static partial class Log
{
    [LoggerMessage(9001, LogLevel.Error, "The timeline failed for the worker at stage {Stage}")]
    public static partial void WorkerFailed(ILogger logger, EventStage stage, Exception error);

    [LoggerMessage(9002, LogLevel.Warning, "Step {Stage} of event {EventId} failed, attempt {Attempt}")]
    public static partial void StepFailed(ILogger logger, EventStage stage, EventId eventId, int attempt, Exception error);

    [LoggerMessage(9003, LogLevel.Error, "The training queue failed")]
    public static partial void TrainingLoopFailed(ILogger logger, Exception error);

    [LoggerMessage(9004, LogLevel.Information, "Camera {CameraId} has model {ModelId}, trained in {Seconds:0.0} s")]
    public static partial void Trained(ILogger logger, string cameraId, string modelId, double seconds);

    [LoggerMessage(9006, LogLevel.Error, "Rollouts cannot go on")]
    public static partial void RolloutLoopFailed(ILogger logger, Exception error);

    [LoggerMessage(9005, LogLevel.Error, "Training for camera {CameraId} failed")]
    public static partial void TrainingFailed(ILogger logger, string cameraId, Exception error);

    [LoggerMessage(9007, LogLevel.Information, "Training for camera {CameraId} was stopped: job {JobId} was cancelled or is another worker's")]
    public static partial void TrainingStopped(ILogger logger, string cameraId, string jobId);

    [LoggerMessage(9008, LogLevel.Warning, "Training for camera {CameraId} begins from nothing: model {ModelId} cannot be read")]
    public static partial void ParentUnreadable(ILogger logger, string cameraId, string modelId, Exception error);
}
