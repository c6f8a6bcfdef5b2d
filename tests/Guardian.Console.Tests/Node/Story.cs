using System.Security.Cryptography;
using Guardian.ReferenceHost.Api;

namespace Guardian.Console.Tests.Node;

/// <summary>A node in the middle of its work: three cameras on their way, a person at the front door, some events before it.</summary>
internal static class Story
{
    public static readonly Guid PersonAtDoor = new("7c2f1f0a-3b2d-4a51-9c58-0d7a3f1be001");
    public static readonly Guid ParcelLeft = new("7c2f1f0a-3b2d-4a51-9c58-0d7a3f1be002");
    public static readonly Guid StillPending = new("7c2f1f0a-3b2d-4a51-9c58-0d7a3f1be003");
    public static readonly Guid BranchMoved = new("7c2f1f0a-3b2d-4a51-9c58-0d7a3f1be004");
    public static readonly Guid CarInDriveway = new("7c2f1f0a-3b2d-4a51-9c58-0d7a3f1be005");

    public const string Edge = "edge-5f0c2a91";

    private const string Model = "front-door-v3";

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>The state of the node; frames and clip of the person at the door are sealed to the customer.</summary>
    public static async Task<NodeState> TellAsync(Footage footage, Customer customer)
    {
        var state = new NodeState
        {
            Cameras = Cameras(),
            Models = Models(),
            Rollouts = Rollouts(),
            Edges = Edges(),
            Usage = [new UsageDto(null, 41L << 30, 1240, null, false), new UsageDto("front-door", 17L << 30, 820, 20L << 30, true), new UsageDto("driveway", 24L << 30, 420, null, false)],
            Holds = [new HoldDto("event", PersonAtDoor.ToString(), "Case 2026-114, asked for by the insurer", "operator:anna", TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(3))],
        };
        var objects = new List<ObjectDto>();
        for (int i = 0; i < footage.Frames.Count; i++)
        {
            byte[] frame = await customer.SealAsync(footage.Frames[i], "image/jpeg");
            state.Objects[$"{PersonAtDoor}/snapshots/{i + 1}"] = frame;
            objects.Add(Stored(PersonAtDoor, i == 0 ? "snapshot.jpg" : $"snapshot-{i + 1}.jpg", "completed", frame, "image/jpeg"));
        }

        byte[] clip = await customer.SealAsync(footage.Clip, "video/mp4");
        state.Objects[$"{PersonAtDoor}/clip"] = clip;
        objects.Add(Stored(PersonAtDoor, "clip.mp4", "completed", clip, "video/mp4"));
        objects.Add(Stored(PersonAtDoor, "metadata.json", "uploading", [1, 2, 3], "application/json") with { LastError = "the archive did not answer; trying again" });

        state.Events =
        [
            Pending(StillPending, "front-door", 1),
            new EventDetailDto(Person(footage), objects, new Dictionary<string, string> { ["trigger"] = "model", ["edge_zone"] = "porch" }),
            Judged(ParcelLeft, "front-door", 64, "new_object", "medium", 47, "Something is at this place in about 0.0 % of 1440 normal frames.", "place_novelty"),
            Judged(CarInDriveway, "driveway", 141, "unusual_time", "low", 24, "'car' was detected with confidence 0.84, which is usual here.", "detected_object"),
            Judged(BranchMoved, "garden", 1510, "none", "none", 6, "The edge does not agree: 0.7 times its threshold.", "edge_agreement"),
        ];
        state.Alerts =
        [
            new AlertDto(12, PersonAtDoor, "front-door", "critical", "new_object", "A person is where this camera has not seen one in 1440 normal frames.", Now.AddMinutes(-6), null),
            new AlertDto(11, ParcelLeft, "front-door", "medium", "new_object", "Something is at this place in about 0.0 % of 1440 normal frames.", Now.AddMinutes(-64), null),
        ];
        return state;
    }

    /// <summary>An event with a verdict of one reason.</summary>
    public static EventDetailDto Judged(Guid id, string camera, double minutesAgo, string anomaly, string severity, double score, string reason, string factor) => new(
        Base(id, camera, minutesAgo, "released") with
        {
            Verdict = new VerdictDto(anomaly, severity, score, Now.AddMinutes(-minutesAgo), [new ReasonDto(factor, reason, score)], []),
        },
        [],
        new Dictionary<string, string>());

    /// <summary>An event that waits for its verdict.</summary>
    public static EventDetailDto Pending(Guid id, string camera, double minutesAgo) => new(Base(id, camera, minutesAgo, "pending"), [], new Dictionary<string, string>());

    private static EventDto Person(Footage footage) => Base(PersonAtDoor, "front-door", 6, "released") with
    {
        FrameCount = footage.Frames.Count,
        Verdict = new VerdictDto(
            "new_object",
            "critical",
            86.4,
            Now.AddMinutes(-6),
            [
                new ReasonDto("assessment", "A person is where this camera has not seen one in 1440 normal frames.", 0),
                new ReasonDto("anomaly_strength", "The score 0.06 is 2.4 times the threshold 0.03.", 27.4),
                new ReasonDto("detected_object", "'person' was detected with confidence 0.91.", 38),
                new ReasonDto("place_novelty", "Something is at this place in about 0.4 % of 1440 normal frames.", 18),
                new ReasonDto("persistence", "It is there in 3 of 3 frames.", 9),
                new ReasonDto("time_of_day", "From 14:00 to 14:59 something is there in 3.1 % of the normal frames, over the whole day in 1.2 %.", -6),
            ],
            [footage.Person]),
    };

    private static EventDto Base(Guid id, string camera, double minutesAgo, string stage) => new(
        id, camera, Edge, "anomaly", Now.AddMinutes(-minutesAgo), Now.AddMinutes(-minutesAgo).AddSeconds(2), 0.79, Model, 0.0624, 0.026, 3, stage, null);

    private static ObjectDto Stored(Guid id, string name, string status, byte[] bytes, string contentType) => new(
        name, status, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), contentType, "guardian-front-door", $"2026/{id}/{name}", Now.AddMinutes(-5),
        status == "completed" ? Now.AddMinutes(-4) : null, null);

    private static List<CameraDto> Cameras() =>
    [
        new("front-door", Edge, "Front door", "rtsp", true, "online", "trained", 120, new Dictionary<string, int> { ["normal"] = 120 }, null, Model),
        new(
            "driveway", Edge, "Driveway", "rtsp", true, "online", "training_in_progress", 50, new Dictionary<string, int> { ["normal"] = 54 },
            new TrainingDto("job-17", "running", 14, 40, 0.00921, 0.0114, 41, 76, null, 0.0012), null),
        new(
            "garden", Edge, "Garden", "rtsp", true, "online", "needs_snapshots", 50, new Dictionary<string, int> { ["normal"] = 31, ["rain"] = 4 }, null, null,
            new CoverageDto(
                new Dictionary<string, int> { ["normal"] = 31, ["rain"] = 4 }, [0, 0, 0, 0, 0, 0, 1, 3, 4, 3, 3, 4, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0], [0, 2, 19, 9, 1], 2, 3, Now.AddDays(-2),
                Now.AddHours(-1), false,
                ["31 of 50 pictures labelled normal are here. Collect at least 19 more.", "Only 1 picture between 16:00 and 07:00. Collect at least 45 there."])),
        new("cellar", Edge, "Cellar", "rtsp", false, "", "ready_for_training", 50, new Dictionary<string, int> { ["normal"] = 50 }, null, null),
    ];

    private static LineageDto NoLineage => new(null, null, null, null, null, null);

    private static List<RolloutDto> Rollouts() =>
    [
        Rollout("r-2", "night model", "canary", null, new() { ["active"] = 1, ["waiting"] = 9 }, new FiguresDto(1200, 6, 0.005, 21.5)),
        Rollout("r-1", "first model", "rolled_back", "false alarms: 4.00 % of 900 frames, 0.50 % before", new() { ["restored"] = 1, ["skipped"] = 9 }, new FiguresDto(0, 0, null, null)),
    ];

    private static RolloutDto Rollout(string id, string name, string phase, string? reason, Dictionary<string, int> counts, FiguresDto figures) => new(
        id, name, "operator:api", phase, Now.AddMinutes(-4), false, reason, Now.AddMinutes(-9), 1, 0.1, 600, null, new GatesDto(0, 0, 2, 0.01, 600, false, null, 3, 86_400), counts,
        new Dictionary<string, FiguresDto> { ["A"] = figures }, []);

    private static List<ModelDto> Models() =>
    [
        new(
            Model, "front-door", "front-door", "autoencoder", "3.0.0", "active", false, Now.AddDays(-2), 1_310_720, "0f6b8c1e55a2f0b1a3e9c4c0d2b7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9", 0.026, 120, 0.0113,
            NoLineage),
        new(
            "front-door-v2", "front-door", "front-door", "autoencoder", "2.0.0", "archived", false, Now.AddDays(-19), 1_310_720, "9d3c8c1e55a2f0b1a3e9c4c0d2b7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9", 0.031, 90, 0.0162,
            NoLineage),
        new("yolo-v1", null, "yolo", "detector", "1.0.0", "ready", true, Now.AddDays(-1), 10_485_760, "77aa8c1e55a2f0b1a3e9c4c0d2b7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9", null, null, null, NoLineage),
    ];

    private static List<EdgeDto> Edges() =>
    [
        new(Edge, "Garage", "active", Now.AddDays(-30), Now.AddDays(-30), Now.AddSeconds(-8), Now.AddDays(60), "guardian-edge 0.1.0",
            Connection("connected", -8, latency: 12.5, tunnel: true), Health("healthy")),
        new("edge-77aa01de", "Boathouse", "pending", Now.AddHours(-2), null, null, null, "", Connection("never_seen", null), null),
        new("edge-13bc90ff", "Old garage", "active", Now.AddDays(-200), Now.AddDays(-200), Now.AddDays(-3), Now.AddDays(12), "guardian-edge 0.0.9",
            Connection("gone", -3 * 86_400), Health("unhealthy", new HealthReasonDto("telemetry_stale", "unhealthy", "No telemetry for 3 days.", null), new HealthReasonDto("disk_full", "degraded", "The disk is 91.0 % full, the limit is 90 %.", null))),
    ];

    private static ConnectionDto Connection(string state, double? secondsAgo, double? latency = null, bool tunnel = false) => new(
        state, secondsAgo is { } s ? Now.AddSeconds(s) : null, 2, latency is not null, latency, latency * 2, latency is null ? null : 0.02, 1_048_576, 65_536, tunnel ? "10.77.0.2" : null,
        tunnel ? Now.AddSeconds(-40) : null, tunnel ? "192.0.2.7:51820" : null);

    private static EdgeHealthDto Health(string level, params HealthReasonDto[] reasons) => new(level, reasons, Now.AddSeconds(-5));
}
