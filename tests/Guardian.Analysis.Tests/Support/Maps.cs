namespace Guardian.Analysis.Tests;

/// <summary>A model that gives one answer after the other, the last one for ever.</summary>
internal sealed class Maps(params Func<AnomalyMap?>[] answers) : IAnomalyMapSource
{
    private int _next;

    public int Calls => _next;

    public ValueTask<AnomalyMap?> ComputeAsync(string cameraId, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken) =>
        new(answers[Math.Min(Interlocked.Increment(ref _next), answers.Length) - 1]());
}
