using System.Diagnostics;
using Guardian.Models;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Device;

/// <summary>A deployed model on the edge.</summary>
internal sealed record EdgeModel(string DeploymentId, string ModelId, ModelScorer Scorer, long SizeBytes, string Sha256, DateTimeOffset CountedSince) : IDisposable
{
    private readonly Lock _lock = new();
    private long _frames, _alarms;
    private double _seconds;

    /// <summary>Scores a frame and counts it.</summary>
    public ModelScore Score(ReadOnlyMemory<byte> jpeg)
    {
        long start = Stopwatch.GetTimestamp();
        ModelScore score = Scorer.Score(jpeg);
        lock (_lock)
        {
            _frames++;
            _alarms += score.IsAnomalous ? 1 : 0;
            _seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return score;
    }

    /// <summary>What was counted, for the node.</summary>
    public ModelUse Use()
    {
        lock (_lock)
        {
            return new ModelUse { DeploymentId = DeploymentId, CountedSince = UnixNanoseconds.From(CountedSince), Frames = (ulong)_frames, Alarms = (ulong)_alarms, Seconds = _seconds };
        }
    }

    public void Dispose() => Scorer.Dispose();
}
