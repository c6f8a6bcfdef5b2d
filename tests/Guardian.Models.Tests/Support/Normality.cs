using Guardian.Models.Training;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Tests.Support;

/// <summary>Fits what is normal as a training does.</summary>
internal static class Normality
{
    public static FittedNormality Of(FrameSet frames, int width, int height, double share = 0.001) =>
        NormalityFit.Of(FrameFeatures.Of(frames, width, height, 1, CancellationToken.None), width, height, share, CancellationToken.None);
}
