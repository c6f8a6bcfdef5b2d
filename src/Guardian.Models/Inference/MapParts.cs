using Guardian.Models.Onnx;

namespace Guardian.Models.Inference;

/// <summary>The numbers that a map of normalised distances is reduced to, in C# for calibration and in ONNX for the model; both compute the same.</summary>
/// <remarks>
/// The <see cref="Strongest"/> largest values of the map itself and of its averages over 3×3 and 7×7 cells find small, middling and large things. The mean of the
/// strongest quarter and of the whole map find what happens to the picture as a whole: a covered, blurred, blinded or turned camera.
/// </remarks>
internal static class MapParts
{
    /// <summary>Largest values that are averaged.</summary>
    public const int Strongest = 8;

    /// <summary>How many numbers there are.</summary>
    public const int Count = 5;

    /// <summary>Stable names of the parts.</summary>
    public static readonly string[] Names = ["small", "middling", "large", "quarter", "whole"];

    /// <summary>Windows, in cells, of the first parts.</summary>
    public static readonly int[] Windows = [1, 3, 7];

    /// <summary>Of the parts above, the one that tells best where something is.</summary>
    public const int Located = 1;

    public static float[] Of(ReadOnlySpan<float> map, int rows, int columns)
    {
        float[] parts = new float[Count], smooth = new float[map.Length];
        for (int i = 0; i < Windows.Length; i++)
        {
            Smooth(map, smooth, rows, columns, Windows[i]);
            smooth.AsSpan().Sort();
            parts[i] = Mean(smooth.AsSpan(smooth.Length - Strongest));
            if (i == 0)
            {
                parts[Windows.Length] = Mean(smooth.AsSpan(smooth.Length - (smooth.Length / 4)));
                parts[Windows.Length + 1] = Mean(smooth);
            }
        }

        return parts;
    }

    /// <summary>[1, 1, rows, columns] to [<see cref="Count"/>].</summary>
    public static GraphValue Write(GraphBuilder g, GraphValue map, int places)
    {
        var parts = new List<GraphValue>();
        foreach (int window in Windows)
        {
            parts.Add(Top(g, window == 1 ? map : FeatureGraph.Smooth(g, map, window), places, Strongest));
        }

        parts.Add(Top(g, map, places, places / 4));
        parts.Add(g.Mean(g.Reshape(map, 1, places), 1));
        return g.Add("Concat", [.. parts], OnnxAttribute.Int("axis", 0));
    }

    /// <summary>The mean of the <paramref name="count"/> largest values, [1].</summary>
    public static GraphValue Top(GraphBuilder g, GraphValue map, int places, int count)
    {
        GraphValue[] strongest = g.AddMany("TopK", [g.Reshape(map, 1, places), g.Integers(count)], 2, OnnxAttribute.Int("axis", 1), OnnxAttribute.Int("sorted", 0));
        return g.Mean(strongest[0], 1);
    }

    private static float Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return (float)(sum / values.Length);
    }

    /// <summary>Means over square windows, the border repeated.</summary>
    private static void Smooth(ReadOnlySpan<float> from, Span<float> to, int rows, int columns, int window)
    {
        int reach = window / 2;
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                float sum = 0;
                for (int dy = -reach; dy <= reach; dy++)
                {
                    int row = Math.Clamp(y + dy, 0, rows - 1) * columns;
                    for (int dx = -reach; dx <= reach; dx++)
                    {
                        sum += from[row + Math.Clamp(x + dx, 0, columns - 1)];
                    }
                }

                to[(y * columns) + x] = sum / (window * window);
            }
        }
    }
}
