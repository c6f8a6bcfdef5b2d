using System.Text;
using System.Text.Json;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>The bounds of a command's particulars, which both ends hold it against.</summary>
internal static class CommandValidation
{
    public const int MaxCommandId = 64, MaxJson = 64 << 10, MaxResult = 256 << 10, MaxError = 512, MaxService = 64;

    private static readonly TimeSpan MaxClip = TimeSpan.FromMinutes(10);

    /// <summary>Null, or what is wrong, naming the field and the limit.</summary>
    public static string? Check(CommandAction action) => action.ActionCase switch
    {
        CommandAction.ActionOneofCase.None => "action: one is needed",
        CommandAction.ActionOneofCase.UpdateConfig => IsJson(action.UpdateConfig.ConfigJson, JsonValueKind.Object)
            ? null
            : $"update_config.config_json: a JSON object of at most {MaxJson} bytes is needed",
        CommandAction.ActionOneofCase.RestartService => action.RestartService.ServiceName is { Length: >= 1 and <= MaxService } name && !name.Any(char.IsControl)
            ? null
            : $"restart_service.service_name: 1 to {MaxService} characters are needed, none of them control characters",
        CommandAction.ActionOneofCase.UpdateZones => !CameraDirectory.IsCameraId(action.UpdateZones.CameraId)
            ? "update_zones.camera_id: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed"
            : IsJson(action.UpdateZones.ZonesJson, JsonValueKind.Array) ? null : $"update_zones.zones_json: a JSON array of at most {MaxJson} bytes is needed",
        CommandAction.ActionOneofCase.RequestClip => CheckClip(action.RequestClip),
        _ => null,
    };

    /// <summary>The camera that an action is about; null when it is about none.</summary>
    public static string? CameraOf(CommandAction action) => action.ActionCase switch
    {
        CommandAction.ActionOneofCase.UpdateZones => action.UpdateZones.CameraId,
        CommandAction.ActionOneofCase.RequestClip => action.RequestClip.CameraId,
        _ => null,
    };

    public static bool IsJson(string text, JsonValueKind? kind, int maxBytes = MaxJson)
    {
        if (text.Length > maxBytes || Encoding.UTF8.GetByteCount(text) > maxBytes)
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return kind is null || document.RootElement.ValueKind == kind;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? CheckClip(RequestClipAction clip)
    {
        if (!CameraDirectory.IsCameraId(clip.CameraId))
        {
            return "request_clip.camera_id: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed";
        }

        if (clip.From <= 0)
        {
            return "request_clip.from: Unix time in nanoseconds is needed";
        }

        return clip.DurationNs > 0 && clip.DurationNs <= MaxClip.Ticks * TimeSpan.NanosecondsPerTick
            ? null
            : $"request_clip.duration_ns: more than 0 and at most {MaxClip.TotalMinutes:0} minutes are allowed";
    }
}
