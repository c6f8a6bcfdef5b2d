using Guardian.Models.Inference;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Tests.Training.Normality;

public sealed class PlaceSumsTests
{
    private const int Rows = 2, Columns = 3, Places = Rows * Columns, Count = FeatureGraph.Count;

    [Fact]
    public void distances_of_frames_like_those_seen_have_a_mean_square_of_about_one()
    {
        short[][] frames = Frames(400, seed: 1);
        PlaceGaussians gaussians = Sums(frames).Fit(Rows, Columns, new float[Places * Count]);
        short[][] later = Frames(200, seed: 2);
        double squares = 0;
        float[] distances = new float[Places];
        for (int i = 0; i < later.Length; i++)
        {
            gaussians.Measure(Floats(later[i]), distances);
            squares += distances.Sum(d => d * d) / Places;
        }

        Assert.InRange(squares / later.Length, 0.8, 1.25);
    }

    [Fact]
    public void what_never_comes_together_is_stranger_than_what_always_does()
    {
        short[][] frames = Frames(300, seed: 3);
        PlaceGaussians gaussians = Sums(frames).Fit(Rows, Columns, new float[Places * Count]);
        float[] together = new float[Places * Count], apart = new float[Places * Count], near = new float[Places], far = new float[Places];
        for (int i = 0; i < together.Length; i++)
        {
            // Neighbours depend on each other: rising together is usual, one up and one down is not.
            (together[i], apart[i]) = (0.3f, i % 2 == 0 ? 0.3f : -0.3f);
        }

        gaussians.Measure(together, near);
        gaussians.Measure(apart, far);
        Assert.True(far.Average() > 1.5 * near.Average(), $"{far.Average()} apart, {near.Average()} together");
    }

    [Fact]
    public void taking_frames_away_gives_what_they_were_never_added_to()
    {
        short[][] frames = Frames(60, seed: 5);
        PlaceSums all = Sums(frames), some = Sums(frames[..20]);
        all.Add(some, -1);
        PlaceGaussians rest = all.Fit(Rows, Columns, new float[Places * Count]), direct = Sums(frames[20..]).Fit(Rows, Columns, new float[Places * Count]);
        Assert.Equal(40, all.Frames);
        for (int i = 0; i < direct.Whitening.Length; i++)
        {
            Assert.Equal(direct.Whitening[i], rest.Whitening[i], 0.02 * Math.Max(1, Math.Abs(direct.Whitening[i])));
        }
    }

    private static PlaceSums Sums(short[][] frames)
    {
        var sums = new PlaceSums(Places);
        foreach (short[] frame in frames)
        {
            sums.Add(frame, new float[Places * Count]);
        }

        return sums;
    }

    private static short[][] Frames(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Frame(random))];
    }

    /// <summary>Neighbouring features depend on each other.</summary>
    private static short[] Frame(Random random)
    {
        float[] frame = new float[Places * Count];
        float before = 0;
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = before = (0.6f * before) + (0.2f * Normal(random));
        }

        return FrameFeatures.Encode(frame);
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static float[] Floats(short[] frame) => [.. frame.Select(v => v * FrameFeatures.Step)];
}
