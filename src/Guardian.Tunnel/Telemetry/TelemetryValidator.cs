using System.Globalization;
using Google.Protobuf.Collections;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>
/// Ranges, units and clock of what edges send. What the contract cannot tell from "not measured" - a zero - is always sound, because edges in the field leave out what they do not measure.
/// </summary>
internal static class TelemetryValidator
{
    public const int MaxCameras = CameraDirectory.MaxPerEdge, MaxStatusMessage = 512, MaxLastSeen = 64, MaxInferenceMs = 3_600_000, MaxModels = 256;

    /// <summary>Beyond this a double does not hold every whole number, and no disk is as large.</summary>
    public const ulong MaxBytes = 1UL << 53;

    /// <summary>The first error, which names the field and the limit; null when the message is sound.</summary>
    public static string? Check(TelemetryData data, DateTimeOffset now, TelemetryOptions options) =>
        CheckTimestamp(data.Timestamp, now, options)
        ?? (data.System is { } system ? CheckSystem(system) : null)
        ?? (data.Application is { } application ? CheckApplication(application) : null)
        ?? CheckCameras(data.Cameras, now, options)
        ?? CheckModels(data.Models, now, options);

    private static string? CheckModels(RepeatedField<ModelUse> models, DateTimeOffset now, TelemetryOptions options)
    {
        if (models.Count > MaxModels)
        {
            return $"models: {models.Count}, at most {MaxModels} are taken";
        }

        for (int i = 0; i < models.Count; i++)
        {
            ModelUse m = models[i];
            string? error = m.DeploymentId.Length is 0 or > MaxLastSeen ? $"deployment_id: 1 to {MaxLastSeen} characters are needed"
                : m.Frames > MaxBytes || m.Alarms > m.Frames ? $"frames, alarms: at most {MaxBytes} frames are taken, and no more alarms than frames"
                : m.Seconds is not (>= 0 and < double.PositiveInfinity) ? $"seconds: {Number(m.Seconds)}, it must be finite and not negative"
                : UnixNanoseconds.ToInstant(m.CountedSince) - now > options.MaxClockLead ? $"counted_since: it is more than {Words(options.MaxClockLead)} ahead of the node's clock"
                : null;
            if (error is not null)
            {
                return $"models[{i}].{error}";
            }
        }

        return null;
    }

    private static string? CheckTimestamp(long timestamp, DateTimeOffset now, TelemetryOptions options)
    {
        if (timestamp == 0)
        {
            return null;
        }

        TimeSpan lead = UnixNanoseconds.ToInstant(timestamp) - now;
        if (lead > options.MaxClockLead)
        {
            return $"timestamp: {Words(lead)} ahead of the node's clock, at most {Words(options.MaxClockLead)} are taken";
        }

        return -lead > options.RawRetention ? $"timestamp: {Words(-lead)} behind the node's clock, at most {Words(options.RawRetention)} are taken" : null;
    }

    private static string? CheckSystem(SystemMetrics system) =>
        Percent(system.CpuUsagePercent, "system.cpu_usage_percent")
        ?? Percent(system.DiskUsagePercent, "system.disk_usage_percent")
        ?? Share(system.MemoryUsedBytes, system.MemoryTotalBytes, "memory")
        ?? Share(system.DiskUsedBytes, system.DiskTotalBytes, "disk");

    private static string? CheckApplication(ApplicationMetrics application)
    {
        if (application.AiInferenceTimeMs is not (>= 0 and <= MaxInferenceMs))
        {
            return $"application.ai_inference_time_ms: {Number(application.AiInferenceTimeMs)}, it must be from 0 to {MaxInferenceMs}";
        }

        return Count(application.EventQueueLength, "application.event_queue_length")
            ?? Count(application.ActiveCameras, "application.active_cameras")
            ?? Count(application.StorageClipsCount, "application.storage_clips_count")
            ?? Bytes(application.StorageClipsSizeBytes, "application.storage_clips_size_bytes");
    }

    private static string? CheckCameras(RepeatedField<CameraStatus> cameras, DateTimeOffset now, TelemetryOptions options)
    {
        if (cameras.Count > MaxCameras)
        {
            return $"cameras: {cameras.Count}, at most {MaxCameras} are taken";
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < cameras.Count; i++)
        {
            if (CheckCamera(cameras[i], now, options) is { } error)
            {
                return $"cameras[{i}].{error}";
            }

            if (!seen.Add(cameras[i].CameraId))
            {
                return $"cameras[{i}].camera_id: {cameras[i].CameraId} is there twice, once is allowed";
            }
        }

        return null;
    }

    private static string? CheckCamera(CameraStatus camera, DateTimeOffset now, TelemetryOptions options)
    {
        if (!CameraDirectory.IsCameraId(camera.CameraId))
        {
            return "camera_id: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed";
        }

        if (camera.StatusMessage.Length > MaxStatusMessage)
        {
            return $"status_message: {camera.StatusMessage.Length} characters, at most {MaxStatusMessage} are taken";
        }

        if (camera.LastSeen.Length == 0)
        {
            return null;
        }

        if (camera.LastSeen.Length > MaxLastSeen || !TelemetryTime.TryParse(camera.LastSeen, out DateTimeOffset lastSeen))
        {
            return "last_seen: a date and time of ISO 8601 is needed, such as 2025-01-31T12:00:00Z, or nothing";
        }

        return lastSeen - now > options.MaxClockLead
            ? $"last_seen: {Words(lastSeen - now)} ahead of the node's clock, at most {Words(options.MaxClockLead)} are taken"
            : null;
    }

    private static string? Percent(double value, string field) => value is >= 0 and <= 100 ? null : $"{field}: {Number(value)}, it must be from 0 to 100";

    private static string? Count(int value, string field) => value >= 0 ? null : $"{field}: {value}, it must be at least 0";

    private static string? Bytes(ulong value, string field) => value <= MaxBytes ? null : $"{field}: {value}, it must be at most {MaxBytes}";

    private static string? Share(ulong used, ulong total, string what)
    {
        string usedField = $"system.{what}_used_bytes";
        return Bytes(used, usedField)
            ?? Bytes(total, $"system.{what}_total_bytes")
            ?? (total > 0 && used > total ? $"{usedField}: {used}, it must be at most system.{what}_total_bytes, which is {total}" : null);
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s");
}
