using Guardian.Models.Training;

namespace Guardian.Models.Tests.Training;

public sealed class CalibrationTests
{
    private const int Map = 20;

    [Fact]
    public void few_further_normal_frames_are_above_the_threshold()
    {
        int alarms = 0, frames = 0;
        for (int camera = 0; camera < 40; camera++)
        {
            var random = new Random(camera);
            Calibration calibration = Calibration.Of(Frames(24, random), 0.002);
            float[][] later = Frames(50, random);
            frames += later.Length;
            alarms += later.Count(f => Calibration.Score(f, calibration.Statistics) > calibration.Threshold);
        }

        Assert.True(alarms <= frames * 0.01, $"{alarms} of {frames}");
    }

    [Fact]
    public void a_place_that_is_always_wild_does_not_raise_the_score()
    {
        var random = new Random(1);
        float[][] frames = Frames(24, random, wildPlace: 7);
        Calibration calibration = Calibration.Of(frames, 0.002);
        Assert.True(calibration.Statistics.Deviation[7] > 5 * calibration.Statistics.Deviation[8]);
        float[] calm = Frames(1, random)[0];
        float[] wildElsewhere = [.. calm];
        for (int i = 100; i < 104; i++)
        {
            wildElsewhere[i] += 0.2f;
        }

        Assert.True(Calibration.Score(calm, calibration.Statistics) < calibration.Threshold);
        Assert.True(Calibration.Score(wildElsewhere, calibration.Statistics) > calibration.Threshold);
    }

    [Fact]
    public void a_lower_wanted_false_alarm_rate_never_lowers_the_threshold()
    {
        float[][] frames = Frames(24, new Random(3));
        double[] thresholds = [.. new[] { 0.1, 0.01, 0.001, 0.0001 }.Select(rate => Calibration.Of(frames, rate).Threshold)];
        Assert.Equal(thresholds.Order(), thresholds);
    }

    [Fact]
    public void a_held_out_frame_is_judged_without_itself()
    {
        float[][] frames = Frames(10, new Random(4));
        for (int i = 50; i < 60; i++)
        {
            frames[0][i] += 0.3f;
        }

        Calibration calibration = Calibration.Of(frames, 0.01);
        Assert.True(calibration.Scores[0] > 2 * Calibration.Score(frames[0], calibration.Statistics));
    }

    private static float[][] Frames(int count, Random random, int wildPlace = -1) =>
    [
        .. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Map * Map)
            .Select(i => 0.05f + (0.01f * (float)Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * (i == wildPlace ? 20 : 1))).ToArray()),
    ];
}
