using System.Collections.Concurrent;
using Guardian.ReferenceHost.Api;

namespace Guardian.Console.Tests.Node;

/// <summary>What the fake node knows. Lists are replaced, never changed, so that a test may do it while the page polls.</summary>
internal sealed class NodeState
{
    public volatile string Token = "guardian-api-for-tests";

    /// <summary>While true every connection is cut, as when the node is away.</summary>
    public volatile bool IsAway;

    public volatile IReadOnlyList<EventDetailDto> Events = [];
    public volatile IReadOnlyList<CameraDto> Cameras = [];
    public volatile IReadOnlyList<ModelDto> Models = [];

    public volatile IReadOnlyList<RolloutDto> Rollouts = [];
    public volatile IReadOnlyList<EdgeDto> Edges = [];
    public volatile IReadOnlyList<AlertDto> Alerts = [];
    public volatile ArchiveStateDto Archive = new("up", DateTimeOffset.UnixEpoch, null, 0, 0, 0, 0, 0);
    public volatile IReadOnlyList<UsageDto> Usage = [];
    public volatile IReadOnlyList<HoldDto> Holds = [];
    public volatile IReadOnlyList<ArchivedObjectDto> Failed = [];

    /// <summary>Sealed bytes by their path, such as <c>EVENT/clip</c> and <c>EVENT/snapshots/1</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>Every request for the API: method, path and query, range.</summary>
    public ConcurrentQueue<ApiRequest> Requests { get; } = new();

    /// <summary>What an order makes of a rollout.</summary>
    public RolloutDto Change(string id, Func<RolloutDto, RolloutDto> change)
    {
        Rollouts = [.. Rollouts.Select(r => r.Id == id ? change(r) : r)];
        return Rollouts.First(r => r.Id == id);
    }

    public int CountOf(string path) => Requests.Count(r => r.Path == path);
}
