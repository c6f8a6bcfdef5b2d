using System.Numerics.Tensors;

namespace Guardian.Models.Training;

/// <summary>
/// Preprocessed frames in memory as 16-bit fractions (steps of 1/65535, so that an 8-bit value is kept exactly), half the size of what the network reads.
/// </summary>
internal sealed class FrameSet(IReadOnlyList<ushort[]> frames, int valuesPerFrame)
{
    public int Count => frames.Count;

    public int ValuesPerFrame { get; } = valuesPerFrame;

    public FrameSet Subset(IEnumerable<int> indices) => new([.. indices.Select(i => frames[i])], ValuesPerFrame);

    /// <summary>Writes a frame as 32-bit floats.</summary>
    public void CopyTo(int frame, Span<float> target)
    {
        TensorPrimitives.ConvertTruncating<ushort, float>(frames[frame], target);
        TensorPrimitives.Divide(target, ushort.MaxValue, target);
    }

    /// <summary>Values from 0 to 1 as they are kept.</summary>
    public static ushort[] Encode(ReadOnlySpan<float> values)
    {
        ushort[] encoded = new ushort[values.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] = (ushort)MathF.Round(Math.Clamp(values[i], 0, 1) * ushort.MaxValue);
        }

        return encoded;
    }

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
