using Guardian.Models.Inference;
using Guardian.Models.Tests.Support;
using Guardian.Models.Training;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Tests.Training.Normality;

public sealed class LightTests
{
    private const int Size = 64;

    [Fact]
    public void principal_axes_are_found_and_scaled()
    {
        var random = new Random(1);
        float[][] rows = [.. Enumerable.Range(0, 500).Select(_ =>
        {
            float along = 3 * ((random.NextSingle() * 2) - 1), across = 0.2f * ((random.NextSingle() * 2) - 1);
            return new[] { 5 + along + across, 1 + along - across, 7 };
        })];
        Projection projection = PrincipalAxes.Of(rows, 2, standardise: false);
        float[] first = [.. rows.Select(r => projection.Of(r)[0])], second = [.. rows.Select(r => projection.Of(r)[1])];
        Assert.Equal(3 * Math.Sqrt(2.0 / 3), Deviation(first), 0.1);
        Assert.InRange(Deviation(second), 0.1, 0.25);
        Assert.Equal(2, projection.Count);
    }

    [Fact]
    public void day_and_night_are_two_conditions_and_their_normal_frames_stay_silent()
    {
        FrameSet frames = Frames.Random(120, Size, Size, 3, i => i % 2 == 0 ? 1 : 0.15f);
        FittedNormality fit = Support.Normality.Of(frames, Size, Size);
        Assert.Equal(2, fit.Model.Conditions.Count);
        Assert.Equal(120, fit.Members.Sum(m => m.Length));
        Assert.All(fit.Members, m => Assert.Single(m.Select(i => i % 2).Distinct()));
        Assert.InRange(fit.Scores.Count(s => s > 1), 0, 3);
    }

    [Fact]
    public void too_few_frames_of_a_light_are_no_condition_of_their_own()
    {
        FrameSet frames = Frames.Random(120, Size, Size, 3, i => i % 8 == 0 ? 0.15f : 1);
        Assert.Single(Support.Normality.Of(frames, Size, Size).Model.Conditions);
    }

    [Fact]
    public void brightness_hardly_changes_the_edges()
    {
        FrameSet bright = Frames.Random(1, Size, Size, 5, _ => 1), dim = Frames.Random(1, Size, Size, 5, _ => 0.7f);
        float[] a = Features(bright), b = Features(dim);
        double edges = 0, light = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = Math.Abs(a[i] - b[i]);
            if (i % FeatureGraph.Count < 12)
            {
                edges += difference / 12;
            }
            else if (i % FeatureGraph.Count == FeatureGraph.FirstOfLight)
            {
                light += difference;
            }
        }

        Assert.True(edges < light / 5, $"edges changed by {edges}, brightness by {light}");
    }

    private static float[] Features(FrameSet frames)
    {
        FrameFeatures features = FrameFeatures.Of(frames, Size, Size, 1, CancellationToken.None);
        float[] decoded = new float[features.Places[0].Length];
        features.Decode(0, decoded);
        return decoded;
    }

    private static double Deviation(float[] values)
    {
        double mean = values.Average(v => (double)v);
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }
}
