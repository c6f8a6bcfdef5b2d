namespace Guardian.Models.Training;

/// <summary>
/// The order in which frames are trained on: shuffled anew every epoch. Batches are always full, as the graph's shape is fixed: the last one of an epoch is
/// filled up from that epoch's beginning.
/// </summary>
internal sealed class BatchOrder(int frames, int batch, int seed)
{
    private readonly Random _random = new(seed);
    private readonly int[] _order = [.. Enumerable.Range(0, frames)];

    public int StepsPerEpoch { get; } = (frames + batch - 1) / batch;

    public void Shuffle() => _random.Shuffle(_order);

    /// <summary>The frame at <paramref name="place"/> of the batch that step <paramref name="step"/> of the epoch trains on.</summary>
    public int FrameAt(int step, int place) => _order[((step * batch) + place) % _order.Length];
}
