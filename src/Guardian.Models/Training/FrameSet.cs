using System.Numerics.Tensors;

namespace Guardian.Models.Training;

/// <summary>
/// Preprocessed frames in memory as 16-bit floats (2048 steps between 0.5 and 1, finer than the JPEG's 256), half the size of what the network reads.
/// </summary>
internal sealed class FrameSet(IReadOnlyList<Half[]> frames, int valuesPerFrame)
{
    public int Count => frames.Count;

    public int ValuesPerFrame { get; } = valuesPerFrame;

    public FrameSet Subset(IEnumerable<int> indices) => new([.. indices.Select(i => frames[i])], ValuesPerFrame);

    /// <summary>Writes a frame as 32-bit floats.</summary>
    public void CopyTo(int frame, Span<float> target) => TensorPrimitives.ConvertToSingle(frames[frame], target);

    /// <summary>The mean frame.</summary>
    public float[] Mean()
    {
        float[] sum = new float[ValuesPerFrame], one = new float[ValuesPerFrame];
        for (int i = 0; i < Count; i++)
        {
            CopyTo(i, one);
            TensorPrimitives.Add(sum, one, sum);
        }

        TensorPrimitives.Divide(sum, Count, sum);
        return sum;
    }
}
