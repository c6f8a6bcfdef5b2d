namespace Guardian.Models.Training;

/// <summary>Which frames are fitted and which are held out.</summary>
internal sealed record TrainingSplit(IReadOnlyList<int> Training, IReadOnlyList<int> HeldOut)
{
    /// <summary>Fewer held-out frames than this say too little about what is normal.</summary>
    private const int MinHeldOut = 8;

    /// <summary>
    /// Cuts the frames, in capture order, into as many equal runs as frames are to be held out, and draws one of each run: every time of day is in both
    /// parts, however the light changed meanwhile.
    /// </summary>
    public static TrainingSplit Make(int frames, double heldOutShare, int seed)
    {
        int count = Math.Max(MinHeldOut, (int)Math.Round(frames * heldOutShare));
        var random = new Random(seed);
        var heldOut = new List<int>(count);
        for (int i = 0; i < count; i++)
        {
            int from = (int)((long)i * frames / count), to = (int)((long)(i + 1) * frames / count);
            heldOut.Add(random.Next(from, to));
        }

        return new TrainingSplit([.. Enumerable.Range(0, frames).Except(heldOut)], heldOut);
    }
}
