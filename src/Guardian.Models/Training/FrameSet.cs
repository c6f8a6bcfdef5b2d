using System.Numerics.Tensors;

namespace Guardian.Models.Training;

/// <summary>
/// Preprocessed frames in memory in 8 bits a value, a quarter of the size of what the network reads; what that rounds away is below every camera's noise.
/// </summary>
internal sealed class FrameSet(IReadOnlyList<byte[]> frames, int valuesPerFrame)
{
    public int Count => frames.Count;

    public int ValuesPerFrame { get; } = valuesPerFrame;

    public FrameSet Subset(IEnumerable<int> indices) => new([.. indices.Select(i => frames[i])], ValuesPerFrame);

    /// <summary>Writes a frame as 32-bit floats.</summary>
    public void CopyTo(int frame, Span<float> target)
    {
        TensorPrimitives.ConvertTruncating<byte, float>(frames[frame], target);
        TensorPrimitives.Divide(target, byte.MaxValue, target);
    }

    /// <summary>Values from 0 to 1 as they are kept.</summary>
    public static byte[] Encode(ReadOnlySpan<float> values)
    {
        byte[] encoded = new byte[values.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] = (byte)MathF.Round(Math.Clamp(values[i], 0, 1) * byte.MaxValue);
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
