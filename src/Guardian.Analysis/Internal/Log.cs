using Microsoft.Extensions.Logging;

namespace Guardian.Analysis;

/// <summary>Event ids 6000–6999 belong to this package.</summary>
internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Information, "Analysed an event of {CameraId} with {Frames} frames: {AnomalyType}, {RiskLevel} ({Risk:0.0})")]
    public static partial void Analysed(ILogger logger, string cameraId, int frames, AnomalyType anomalyType, RiskLevel riskLevel, double risk);

    [LoggerMessage(6002, LogLevel.Warning, "Frame {Number} of an event of {CameraId} cannot be read: {Reason}")]
    public static partial void FrameUnreadable(ILogger logger, string cameraId, int number, string reason);

    [LoggerMessage(6003, LogLevel.Warning, "Frame {Number} of an event of {CameraId} cannot be scored: {Reason}")]
    public static partial void FrameNotScored(ILogger logger, string cameraId, int number, string reason);

    [LoggerMessage(6004, LogLevel.Information, "An event of {CameraId} was analysed without a model")]
    public static partial void NoModel(ILogger logger, string cameraId);
}
