using Guardian.Models.Inference;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Tests.Training.Normality;

public sealed class PlaceSumsTests
{
    private const int Rows = 2, Columns = 3, Places = Rows * Columns, Moods = 2, Count = FeatureGraph.Count;

    [Fact]
    public void distances_of_frames_like_those_seen_have_a_mean_square_of_about_one()
    {
        (short[][] frames, float[][] moods) = Frames(400, seed: 1);
        PlaceGaussians gaussians = Sums(frames, moods).Fit(Rows, Columns, new float[Places * Count]);
        (short[][] later, float[][] laterMoods) = Frames(200, seed: 2);
        double squares = 0;
        float[] distances = new float[Places];
        for (int i = 0; i < later.Length; i++)
        {
            gaussians.Measure(Floats(later[i]), laterMoods[i], distances);
            squares += distances.Sum(d => d * d) / Places;
        }

        Assert.InRange(squares / later.Length, 0.8, 1.25);
    }

    [Fact]
    public void what_the_mood_explains_is_not_strange()
    {
        (short[][] frames, float[][] moods) = Frames(300, seed: 3);
        PlaceGaussians gaussians = Sums(frames, moods).Fit(Rows, Columns, new float[Places * Count]);
        float[] distances = new float[Places], mood = [2, -1.5f];
        gaussians.Measure(Floats(Frame(mood, new Random(4))), mood, distances);
        float explained = distances.Average();
        gaussians.Measure(Floats(Frame(mood, new Random(4))), [0, 0], distances);
        Assert.True(distances.Average() > 1.5 * explained, $"{distances.Average()} without the mood, {explained} with it");
    }

    [Fact]
    public void taking_frames_away_gives_what_they_were_never_added_to()
    {
        (short[][] frames, float[][] moods) = Frames(60, seed: 5);
        PlaceSums all = Sums(frames, moods), some = Sums(frames[..20], moods[..20]);
        all.Add(some, -1);
        PlaceGaussians rest = all.Fit(Rows, Columns, new float[Places * Count]), direct = Sums(frames[20..], moods[20..]).Fit(Rows, Columns, new float[Places * Count]);
        Assert.Equal(40, all.Frames);
        for (int i = 0; i < direct.Whitening.Length; i++)
        {
            Assert.Equal(direct.Whitening[i], rest.Whitening[i], 0.02 * Math.Max(1, Math.Abs(direct.Whitening[i])));
        }
    }

    private static PlaceSums Sums(short[][] frames, float[][] moods)
    {
        var sums = new PlaceSums(Places, Moods);
        for (int i = 0; i < frames.Length; i++)
        {
            sums.Add(frames[i], new float[Places * Count], moods[i]);
        }

        return sums;
    }

    private static (short[][] Frames, float[][] Moods) Frames(int count, int seed)
    {
        var random = new Random(seed);
        float[][] moods = [.. Enumerable.Range(0, count).Select(_ => new[] { Normal(random), Normal(random) })];
        return ([.. moods.Select(m => Frame(m, random))], moods);
    }

    /// <summary>Neighbouring features depend on each other, and all on the mood.</summary>
    private static short[] Frame(float[] mood, Random random)
    {
        float[] frame = new float[Places * Count];
        float before = 0;
        for (int i = 0; i < frame.Length; i++)
        {
            before = (0.6f * before) + (0.2f * Normal(random));
            frame[i] = before + (0.1f * (i % 5) * mood[0]) - (0.08f * (i % 3) * mood[1]);
        }

        return FrameFeatures.Encode(frame);
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static float[] Floats(short[] frame) => [.. frame.Select(v => v * FrameFeatures.Step)];
}
