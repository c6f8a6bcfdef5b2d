using System.Numerics.Tensors;

namespace Guardian.Models.Training;

/// <summary>What all training frames have in common; the network is left with what changes.</summary>
/// <param name="Mean">The mean training frame, [3, height, width] in <see cref="Margin"/> to 1 − <see cref="Margin"/>.</param>
/// <param name="Gain">What differences from the mean are multiplied by, so that they have a variance of about 1 when the network reads them.</param>
internal sealed record Background(float[] Mean, float Gain)
{
    /// <summary>Keeps the mean's logit, and with it the sigmoid's slope there, away from infinity (and from 0).</summary>
    private const float Margin = 0.02f;

    /// <summary>A scene in which nothing at all changes would otherwise have its sensor noise blown up.</summary>
    private const float MaxGain = 20;

    /// <summary>The mean as the input of a sigmoid that gives it back.</summary>
    public float[] Logit => [.. Mean.Select(m => MathF.Log(m / (1 - m)))];

    public static Background Of(FrameSet training)
    {
        float[] mean = training.Mean(), frame = new float[training.ValuesPerFrame];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = Math.Clamp(mean[i], Margin, 1 - Margin);
        }

        double squares = 0;
        for (int i = 0; i < training.Count; i++)
        {
            training.CopyTo(i, frame);
            TensorPrimitives.Subtract(frame, mean, frame);
            squares += TensorPrimitives.SumOfSquares(frame);
        }

        double deviation = Math.Sqrt(squares / training.Count / mean.Length);
        return new Background(mean, (float)Math.Min(MaxGain, 1 / deviation));
    }
}
