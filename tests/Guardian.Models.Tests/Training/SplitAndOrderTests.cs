using Guardian.Models.Training;

namespace Guardian.Models.Tests.Training;

public sealed class SplitAndOrderTests
{
    [Theory]
    [InlineData(20, 8)]
    [InlineData(120, 24)]
    [InlineData(1000, 200)]
    public void held_out_frames_are_spread_over_the_whole_time_and_never_trained_on(int frames, int heldOut)
    {
        TrainingSplit split = TrainingSplit.Make(frames, 0.2, 1);
        Assert.Equal(heldOut, split.HeldOut.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, frames), split.Training.Concat(split.HeldOut).Order());
        int run = (frames / heldOut) + 1;
        Assert.All(split.HeldOut.Zip(split.HeldOut.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 2 * run));
    }

    [Fact]
    public void an_epoch_shows_every_frame_and_fills_its_last_batch_from_its_beginning()
    {
        var order = new BatchOrder(10, 4, 1);
        order.Shuffle();
        Assert.Equal(3, order.StepsPerEpoch);
        int[] shown = [.. Enumerable.Range(0, 12).Select(i => order.FrameAt(i / 4, i % 4))];
        Assert.Equal(Enumerable.Range(0, 10), shown.Distinct().Order());
        Assert.Equal(shown[..2], shown[10..]);
    }

    [Fact]
    public void the_learning_rate_falls_to_a_twentieth()
    {
        Assert.Equal(0.002, LearningRateSchedule.At(0.002, 0, 100), 6);
        Assert.Equal(0.0001, LearningRateSchedule.At(0.002, 100, 100), 6);
        Assert.True(LearningRateSchedule.At(0.002, 30, 100) > LearningRateSchedule.At(0.002, 60, 100));
    }
}
