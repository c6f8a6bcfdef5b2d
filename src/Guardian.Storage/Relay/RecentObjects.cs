using System.Collections.Concurrent;

namespace Guardian.Storage;

/// <summary>
/// What the index said of archived objects within the last second: a player asks for hundreds of ranges of one clip, and an archived object does not change. An erasure in this process
/// empties it at once; one by another process counts within the second.
/// </summary>
internal sealed class RecentObjects(TimeProvider time)
{
    private const int MaxObjects = 4096;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SealedObjectId, (SealedObjectInfo Info, long At)> _objects = new();
    private int _generation;

    /// <summary>Tells what is read before a change from what is read after it.</summary>
    public int Generation => Volatile.Read(ref _generation);

    public SealedObjectInfo? Find(SealedObjectId id) => _objects.TryGetValue(id, out (SealedObjectInfo Info, long At) found) && time.GetElapsedTime(found.At) < Lifetime ? found.Info : null;

    /// <summary>Remembers what was read, unless something changed since <paramref name="generation"/> was taken.</summary>
    public void Add(SealedObjectInfo info, int generation)
    {
        if (info is not { Status: SealedObjectStatus.Completed, ArchivedAt: not null })
        {
            return;
        }

        if (_objects.Count >= MaxObjects)
        {
            _objects.Clear();
        }

        _objects[info.Id] = (info, time.GetTimestamp());
        if (generation != Generation)
        {
            _objects.TryRemove(info.Id, out _);
        }
    }

    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _objects.Clear();
    }
}
