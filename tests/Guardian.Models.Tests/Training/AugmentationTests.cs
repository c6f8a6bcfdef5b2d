using Guardian.Models.Training;

namespace Guardian.Models.Tests.Training;

public sealed class AugmentationTests
{
    private const int Width = 48, Height = 32;
    private static readonly float[] Frame = [.. Enumerable.Range(0, 3 * Width * Height).Select(i => 0.5f + (0.5f * MathF.Sin(i * 0.37f)))];

    [Fact]
    public void seed_epoch_and_frame_decide_what_becomes_of_a_frame()
    {
        Assert.Equal(Apply(1, 2, 3), Apply(1, 2, 3));
        Assert.NotEqual(Apply(1, 2, 3), Apply(2, 2, 3));
        Assert.NotEqual(Apply(1, 2, 3), Apply(1, 3, 3));
        Assert.NotEqual(Apply(1, 2, 3), Apply(1, 2, 4));
    }

    [Fact]
    public void frames_stay_pictures_and_stay_alike()
    {
        for (int frame = 0; frame < 50; frame++)
        {
            float[] changed = Apply(1, 0, frame);
            Assert.All(changed, v => Assert.InRange(v, 0, 1));
            Assert.InRange(changed.Average() / Frame.Average(), 0.88, 1.12);
        }
    }

    private static float[] Apply(int seed, int epoch, int frame)
    {
        float[] result = new float[Frame.Length];
        new Augmentation(Width, Height, seed).Apply(Frame, result, epoch, frame);
        return result;
    }
}
