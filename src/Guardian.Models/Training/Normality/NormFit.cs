using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>What values of a map are normal at each place, from the maps of normal frames.</summary>
/// <remarks>
/// Centre is the median. Reach is how far the mean of the <see cref="Highest"/> largest values lies above it, and no less than that of the places within two cells: where
/// something passes now and then it may pass a little further on as well. Deviations would not do here: what moves rarely has a small one and a long tail.
/// </remarks>
internal sealed class NormFit
{
    private const int Highest = 3, Neighbourhood = 5;

    private readonly IReadOnlyList<float[]> _maps;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float _floor;
    private readonly float[] _centre;

    /// <summary>[places, <see cref="Highest"/> + 1]: frames with the largest values, the largest first.</summary>
    private readonly int[] _top;

    /// <param name="maps">Of at least 4 frames, row-major.</param>
    /// <param name="rows">Of a map.</param>
    /// <param name="columns">Of a map.</param>
    /// <param name="floor">The least reach; less is noise.</param>
    public NormFit(IReadOnlyList<float[]> maps, int rows, int columns, float floor)
    {
        (_maps, _rows, _columns, _floor) = (maps, rows, columns, floor);
        int places = rows * columns;
        _centre = new float[places];
        _top = new int[places * (Highest + 1)];
        float[] values = new float[maps.Count];
        int[] frames = new int[maps.Count];
        for (int place = 0; place < places; place++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                (values[i], frames[i]) = (maps[i][place], i);
            }

            values.AsSpan().Sort(frames.AsSpan());
            _centre[place] = values[values.Length / 2];
            for (int i = 0; i <= Highest; i++)
            {
                _top[(place * (Highest + 1)) + i] = frames[^(i + 1)];
            }
        }
    }

    /// <summary>The norm that all frames give.</summary>
    public MapNorm All() => Without(-1);

    /// <summary>The parts of each frame, normalised by the other frames: a frame that has a say in what is normal would look more normal than any future frame.</summary>
    public IReadOnlyList<T> LeaveOneOut<T>(Func<float[], T> parts)
    {
        var results = new T[_maps.Count];
        Parallel.For(0, results.Length, i =>
        {
            float[] z = new float[_centre.Length];
            Without(i).Apply(_maps[i], z);
            results[i] = parts(z);
        });
        return results;
    }

    private MapNorm Without(int frame)
    {
        float[] reach = new float[_centre.Length];
        for (int place = 0; place < reach.Length; place++)
        {
            float sum = 0;
            int taken = 0;
            for (int i = 0; i <= Highest && taken < Highest; i++)
            {
                int top = _top[(place * (Highest + 1)) + i];
                if (top != frame)
                {
                    sum += _maps[top][place];
                    taken++;
                }
            }

            reach[place] = (sum / Highest) - _centre[place];
        }

        return new MapNorm(_centre, Largest(Largest(reach, _rows, _columns, _columns, 1), _columns, _rows, 1, _columns));
    }

    /// <summary>The largest value within the neighbourhood along one axis.</summary>
    private float[] Largest(float[] values, int lines, int length, int lineStep, int step)
    {
        float[] result = new float[values.Length];
        for (int line = 0; line < lines; line++)
        {
            for (int i = 0; i < length; i++)
            {
                float largest = _floor;
                for (int j = Math.Max(0, i - (Neighbourhood / 2)); j <= Math.Min(length - 1, i + (Neighbourhood / 2)); j++)
                {
                    largest = Math.Max(largest, values[(line * lineStep) + (j * step)]);
                }

                result[(line * lineStep) + (i * step)] = largest;
            }
        }

        return result;
    }
}
