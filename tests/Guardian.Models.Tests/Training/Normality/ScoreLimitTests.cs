using Guardian.Models.Inference;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Tests.Training.Normality;

public sealed class ScoreLimitTests
{
    [Fact]
    public void an_exponential_tail_is_followed_to_the_wanted_share()
    {
        float[] values = Exponential(4000, seed: 1);
        ScoreScale scale = ScoreLimit.Of(values, 1e-4);

        // P(X > x) = e^-x, so a share of 1e-4 is above 9.2; the strangest fiftieth that is left out makes it a little less.
        Assert.InRange(scale.Limit, 6, 10.5);
        Assert.InRange(scale.Middle, 0.6, 0.8);
        Assert.Equal(1, scale.Of(scale.Limit), 4);
        Assert.Equal(0, scale.Of(scale.Middle), 4);
    }

    [Fact]
    public void a_tail_that_ends_is_not_taken_far_beyond_its_end()
    {
        float[] values = [.. Enumerable.Range(0, 4000).Select(i => i * 7919 % 4000 / 4000f)];

        // With the margin an exponential tail of the same mean excess would lead to 1.6, and the very end to 1.2.
        Assert.InRange(ScoreLimit.Of(values, 1e-4).Limit, 1.2, 1.45);
    }

    [Fact]
    public void a_smaller_share_never_gives_a_lower_limit()
    {
        float[] values = Exponential(200, seed: 2);
        float[] limits = [.. new[] { 0.1, 0.01, 0.001, 0.0001 }.Select(share => ScoreLimit.Of(values, share).Limit)];
        Assert.Equal(limits.Order(), limits);
        Assert.True(limits[^1] > limits[0]);
    }

    [Fact]
    public void one_wrongly_labelled_frame_among_a_hundred_does_not_blind_the_camera()
    {
        float[] values = Exponential(100, seed: 3), withOne = [.. values];
        withOne[17] = 500;
        Assert.InRange(ScoreLimit.Of(withOne, 0.001).Limit, 1, 2 * ScoreLimit.Of(values, 0.001).Limit);
    }

    [Fact]
    public void few_frames_give_a_wider_range_than_many()
    {
        float[] many = [.. Enumerable.Range(0, 400).Select(i => i % 40 / 40f)], few = [.. Enumerable.Range(0, 20).Select(i => i / 20f)];
        Assert.True(ScoreLimit.Of(few, 0.001).Limit > ScoreLimit.Of(many, 0.001).Limit);
    }

    [Fact]
    public void frames_that_are_all_alike_leave_some_room()
    {
        ScoreScale scale = ScoreLimit.Of(new float[30], 0.001);
        Assert.True(scale.Limit > scale.Middle);
    }

    private static float[] Exponential(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)-Math.Log(1 - random.NextDouble()))];
    }
}
