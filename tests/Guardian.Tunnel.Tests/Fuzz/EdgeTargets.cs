using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>The methods of the edge port, but for enrolment, with valid calls of each.</summary>
internal static class EdgeTargets
{
    /// <summary>Stands for a camera of the calling edge.</summary>
    public static Placeholder Camera { get; } = new("camera-?");

    /// <summary>Stands for a command that waits for the calling edge.</summary>
    public static Placeholder Command { get; } = new("????????????????????????????????");

    private const string EventId = "0b5e2d2c-7f3a-4a52-9d6e-3f1c8a7b6d5e", OtherEventId = "3c1d9a70-15a4-4a0e-8f57-0d2b6c4e9f81";

    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16];

    public static FuzzTarget SendEvents { get; } = new("edge.events.EventService/SendEvents", SendEventsRequest.Parser, new SendEventsRequest { Events = { NewEvent(EventId), NewEvent(OtherEventId) } })
    {
        Statuses = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.PermissionDenied],
        MaxMessage = 20 << 20,
    };

    public static FuzzTarget SendEvent { get; } = new("edge.events.EventService/SendEvent", SendEventRequest.Parser, new SendEventRequest { Event = NewEvent(EventId) })
    {
        Statuses = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.PermissionDenied],
        MaxMessage = 20 << 20,
    };

    public static FuzzTarget StreamClip { get; } = new(
        "edge.streaming.StreamingService/StreamClip",
        StreamClipChunk.Parser,
        new StreamClipChunk { Header = new StreamClipHeader { EventId = EventId, ClipPath = "/clips/1.mp4", TotalSize = 48, CameraId = Camera.Text } },
        new StreamClipChunk { Data = ByteString.CopyFrom(new byte[32]) },
        new StreamClipChunk { Data = ByteString.CopyFrom(new byte[16]), Offset = 32, Eof = true })
    {
        Statuses = [StatusCode.OK, StatusCode.Cancelled, StatusCode.InvalidArgument, StatusCode.PermissionDenied, StatusCode.OutOfRange, StatusCode.DataLoss],
        IsStreaming = true,
        Spares = [new StreamClipChunk { ErrorMessage = "the disk is gone" }],
    };

    public static FuzzTarget ReportDeployment { get; } = new(
        "edge.models.ModelService/ReportDeployment",
        ReportDeploymentRequest.Parser,
        new ReportDeploymentRequest { DeploymentId = "d1", Success = true, Sha256 = ByteString.CopyFrom(new byte[32]), ProbeScore = 0.5 },
        new ReportDeploymentRequest { DeploymentId = "d1", ErrorMessage = "it does not load" })
    {
        Statuses = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound],
    };

    public static FuzzTarget Connect { get; } = new(
        "edge.commands.CommandService/Connect",
        EdgeMessage.Parser,
        new EdgeMessage { Acknowledgement = new CommandAcknowledgement { CommandId = Command.Text } },
        new EdgeMessage { Pong = new Pong { Number = 1, Timestamp = 1_700_000_000_000_000_000 } },
        new EdgeMessage { Result = new CommandResult { CommandId = Command.Text, Outcome = CommandResult.Types.Outcome.Succeeded, ResultJson = "{\"uptime\":[1,{\"a\":null}]}", ErrorMessage = "none" } })
    {
        Statuses = [StatusCode.OK, StatusCode.InvalidArgument],
        IsStreaming = true,
    };

    /// <summary>Each method as often as it has to bear.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        SendEvents, SendEvents, SendEvent, StreamClip, StreamClip, StreamClip, ReportDeployment, Connect, Connect,
        new("edge.streaming.StreamingService/GetClipInfo", GetClipInfoRequest.Parser, new GetClipInfoRequest { EventId = EventId, ClipPath = "/clips/1.mp4" })
        {
            Statuses = [StatusCode.OK, StatusCode.InvalidArgument],
        },
        new(
            "edge.datasets.DatasetService/UploadSnapshots", UploadSnapshotRequest.Parser,
            new UploadSnapshotRequest { SnapshotId = "s1", CameraId = Camera.Text, Label = "normal", CapturedAt = 1, Jpeg = ByteString.CopyFrom(Jpeg) },
            new UploadSnapshotRequest { SnapshotId = "s2", CameraId = Camera.Text, Label = "threat", CapturedAt = 2 })
        {
            Statuses = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.PermissionDenied],
            IsStreaming = true,
            MaxMessage = (4 << 20) + (64 << 10),
        },
        new("edge.models.ModelService/WatchDeployments", WatchDeploymentsRequest.Parser, new WatchDeploymentsRequest(), new GetClipInfoRequest { EventId = EventId })
        {
            Statuses = [],
            Rare = [StatusCode.InvalidArgument],
            IsEndless = true,
        },
        new("edge.models.ModelService/DownloadModel", DownloadModelRequest.Parser, new DownloadModelRequest { DeploymentId = "d1", Offset = 3000 })
        {
            Statuses = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound],
        },
        new("edge.control.ControlService/SyncCapabilities", SyncCapabilitiesRequest.Parser, new SyncCapabilitiesRequest { Cameras = { NewCamera() }, SyncedAt = 1 })
        {
            Statuses = [StatusCode.OK, StatusCode.PermissionDenied],
        },
        new("edge.telemetry.TelemetryService/SendTelemetry", SendTelemetryRequest.Parser, NewTelemetry())
        {
            Statuses = [StatusCode.OK, StatusCode.InvalidArgument],
            MaxMessage = 256 << 10,
        },
        new("edge.telemetry.TelemetryService/Heartbeat", HeartbeatRequest.Parser, new HeartbeatRequest { Timestamp = 1, EdgeId = "garage" }) { Statuses = [StatusCode.OK], MaxMessage = 256 << 10 },
    ];

    private static Event NewEvent(string id) => new()
    {
        Id = id,
        CameraId = Camera.Text,
        EventType = "motion",
        Timestamp = 1_700_000_000_000_000_000,
        Confidence = 0.5,
        BoundingBox = new BoundingBox { X1 = 1, Y1 = 2, X2 = 3, Y2 = 4, Confidence = 0.9, ClassId = 1, ClassName = "person" },
        Metadata = { ["zone"] = "garden", ["rule"] = "line" },
        Frames = { new Frame { Jpeg = ByteString.CopyFrom(Jpeg), CapturedAt = 1 } },
        Detections = { new BoundingBox { X2 = 1, Y2 = 1 } },
        ModelVersion = "m1",
        AnomalyScore = 3,
        AnomalyThreshold = 2,
    };

    private static CameraCapability NewCamera() => new()
    {
        CameraId = Camera.Text,
        Name = "Yard",
        Type = "rtsp",
        Enabled = true,
        Status = "online",
        LabeledSnapshotCount = 4,
        RequiredSnapshotCount = 50,
        SnapshotRequired = true,
        LabelCounts = { ["normal"] = 3, ["threat"] = 1 },
    };

    private static SendTelemetryRequest NewTelemetry() => new()
    {
        Telemetry = new TelemetryData
        {
            Timestamp = 1_700_000_000_000_000_000,
            EdgeId = "garage",
            System = new SystemMetrics { CpuUsagePercent = 12.5, MemoryUsedBytes = 1, MemoryTotalBytes = 4, DiskUsedBytes = 1, DiskTotalBytes = 2, DiskUsagePercent = 50 },
            Application = new ApplicationMetrics { EventQueueLength = 1, ActiveCameras = 1, AiInferenceTimeMs = 20, StorageClipsCount = 1, StorageClipsSizeBytes = 1 },
            Cameras = { new CameraStatus { CameraId = Camera.Text, Online = true, LastSeen = "2026-01-01T00:00:00Z", StatusMessage = "well" } },
        },
    };
}
