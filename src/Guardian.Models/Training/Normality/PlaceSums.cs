using Guardian.Models.Inference;
using Guardian.Models.Internal;

namespace Guardian.Models.Training.Normality;

/// <summary>Sums over frames from which the Gaussians of all places follow; sums of disjoint frames can be added and taken away again.</summary>
internal sealed class PlaceSums(int places)
{
    private const int Count = FeatureGraph.Count, Packed = PlaceGaussians.Packed;

    /// <summary>Part of the average covariance that every place's is drawn toward, and the number of frames that weigh as much as the rest of it.</summary>
    private const double Shrinkage = 0.1, PriorFrames = 4, PooledWeight = 0.5;

    /// <summary>No variance is below this, for the sake of arithmetic.</summary>
    private const double Least = 1e-6;

    private readonly float[] _features = new float[places * Count];
    private readonly float[] _products = new float[places * Packed];

    public int Frames { get; private set; }

    /// <param name="features">[places, features] in steps of <see cref="FrameFeatures.Step"/>.</param>
    /// <param name="origin">[places, features], taken away from each frame, so that sums of squares keep their digits.</param>
    public void Add(ReadOnlySpan<short> features, ReadOnlySpan<float> origin)
    {
        Frames++;
        Span<float> x = stackalloc float[Count];
        for (int place = 0; place < places; place++)
        {
            int at = place * Count, packed = place * Packed;
            for (int i = 0; i < Count; i++)
            {
                x[i] = (features[at + i] * FrameFeatures.Step) - origin[at + i];
                _features[at + i] += x[i];
                for (int j = 0; j <= i; j++)
                {
                    _products[packed++] += x[i] * x[j];
                }
            }
        }
    }

    /// <summary>Adds, or with a <paramref name="sign"/> of −1 takes away, other frames' sums.</summary>
    public void Add(PlaceSums other, int sign)
    {
        Frames += sign * other.Frames;
        Add(_features, other._features, sign);
        Add(_products, other._products, sign);
    }

    /// <summary>The Gaussians, smoothed over neighbouring places.</summary>
    /// <param name="rows">Of the places.</param>
    /// <param name="columns">Of the places.</param>
    /// <param name="origin">As it was given for the frames.</param>
    public PlaceGaussians Fit(int rows, int columns, ReadOnlySpan<float> origin)
    {
        float[] mean = new float[places * Count], covariance = new float[places * Packed];
        for (int place = 0; place < places; place++)
        {
            int at = place * Count, packed = place * Packed;
            for (int i = 0; i < Count; i++)
            {
                mean[at + i] = (float)((_features[at + i] / (double)Frames) + origin[at + i]);
                for (int j = 0; j <= i; j++, packed++)
                {
                    covariance[packed] = (float)((_products[packed] - (_features[at + i] * (double)_features[at + j] / Frames)) / (Frames - 1));
                }
            }
        }

        return new PlaceGaussians(mean, Whiten(covariance, rows, columns));
    }

    /// <summary>
    /// Variance of a feature that any camera has from one hour to the next without anything having happened: 3 % of contrast, 3.5 % of exposure, 1 % of white balance.
    /// Frames of one hour do not show it.
    /// </summary>
    private static double Drift(int feature) => feature switch
    {
        < FeatureGraph.FirstOfLight - 1 => 1.5e-4,
        FeatureGraph.FirstOfLight - 1 => 2e-4,
        FeatureGraph.FirstOfLight => 3e-4,
        _ => 4e-4,
    };

    private static void Add(float[] to, float[] from, int sign)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += sign * from[i];
        }
    }

    private float[] Whiten(float[] covariance, int rows, int columns)
    {
        double[] pooled = new double[Packed];
        for (int i = 0; i < covariance.Length; i++)
        {
            pooled[i % Packed] += covariance[i] / (double)places;
        }

        double shrinkage = Shrinkage + ((1 - Shrinkage) * PriorFrames / (PriorFrames + Frames));
        float[] whitening = new float[covariance.Length];
        QuietLoop.For(0, rows, y =>
        {
            Span<double> smooth = stackalloc double[Packed];
            for (int x = 0; x < columns; x++)
            {
                smooth.Clear();
                for (int dy = -1; dy <= 1; dy++)
                {
                    for (int dx = -1; dx <= 1; dx++)
                    {
                        int from = ((Math.Clamp(y + dy, 0, rows - 1) * columns) + Math.Clamp(x + dx, 0, columns - 1)) * Packed;
                        for (int i = 0; i < Packed; i++)
                        {
                            smooth[i] += covariance[from + i] / 9.0;
                        }
                    }
                }

                for (int i = 0, packed = 0; i < Count; i++)
                {
                    for (int j = 0; j <= i; j++, packed++)
                    {
                        smooth[packed] = ((1 - shrinkage) * smooth[packed]) + (shrinkage * PooledWeight * pooled[packed]) + (i == j ? Drift(i) : 0);
                    }
                }

                InvertCholesky(smooth, whitening.AsSpan(((y * columns) + x) * Packed, Packed));
            }
        });
        return whitening;
    }

    /// <summary>The inverse of the Cholesky factor of a positive definite matrix, both as packed lower triangles.</summary>
    private static void InvertCholesky(Span<double> matrix, Span<float> inverse)
    {
        static int At(int row, int column) => (row * (row + 1) / 2) + column;
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[At(i, j)];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[At(i, k)] * matrix[At(j, k)];
                }

                matrix[At(i, j)] = i == j ? Math.Sqrt(Math.Max(sum, Least)) : sum / matrix[At(j, j)];
            }
        }

        for (int column = 0; column < Count; column++)
        {
            for (int row = column; row < Count; row++)
            {
                double sum = row == column ? 1 : 0;
                for (int k = column; k < row; k++)
                {
                    sum -= matrix[At(row, k)] * inverse[At(k, column)];
                }

                inverse[At(row, column)] = (float)(sum / matrix[At(row, row)]);
            }
        }
    }
}
