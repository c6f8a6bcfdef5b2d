using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>The directions in which descriptions of frames differ most.</summary>
internal static class PrincipalAxes
{
    private const int Sweeps = 60;
    private const double SmallestScale = 1e-6;

    /// <param name="rows">Descriptions of equal length.</param>
    /// <param name="count">Axes wanted, at most the length.</param>
    /// <param name="standardise">Every value in units of its own deviation, and every axis of unit variance; else all stay in their own unit.</param>
    public static Projection Of(IReadOnlyList<float[]> rows, int count, bool standardise)
    {
        int n = rows[0].Length;
        double[] mean = new double[n], scale = new double[n];
        foreach (float[] row in rows)
        {
            for (int i = 0; i < n; i++)
            {
                mean[i] += (double)row[i] / rows.Count;
            }
        }

        double[,] covariance = new double[n, n];
        foreach (float[] row in rows)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    covariance[i, j] += (row[i] - mean[i]) * (row[j] - mean[j]) / rows.Count;
                }
            }
        }

        for (int i = 0; i < n; i++)
        {
            scale[i] = standardise ? Math.Max(SmallestScale, Math.Sqrt(covariance[i, i])) : 1;
            for (int j = 0; j <= i; j++)
            {
                covariance[j, i] = covariance[i, j] /= scale[i] * scale[j];
            }
        }

        (double[] values, double[,] vectors) = Eigen(covariance);
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => values[i])];
        float[] axes = new float[n * count];
        for (int k = 0; k < count; k++)
        {
            double unit = standardise ? Math.Sqrt(Math.Max(0, values[order[k]])) + 1e-3 : 1;
            for (int i = 0; i < n; i++)
            {
                axes[(i * count) + k] = (float)(vectors[i, order[k]] / unit);
            }
        }

        return new Projection([.. mean.Select(v => (float)v)], [.. scale.Select(v => (float)v)], axes);
    }

    /// <summary>Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations.</summary>
    private static (double[] Values, double[,] Vectors) Eigen(double[,] a)
    {
        int n = a.GetLength(0);
        double[,] v = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            v[i, i] = 1;
        }

        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            double off = 0;
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    off += a[p, q] * a[p, q];
                    Rotate(a, v, p, q);
                }
            }

            if (off < 1e-24)
            {
                break;
            }
        }

        double[] values = new double[n];
        for (int i = 0; i < n; i++)
        {
            values[i] = a[i, i];
        }

        return (values, v);
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        if (Math.Abs(a[p, q]) < 1e-300)
        {
            return;
        }

        double theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1)), c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        for (int k = 0; k < a.GetLength(0); k++)
        {
            (a[k, p], a[k, q]) = ((c * a[k, p]) - (s * a[k, q]), (s * a[k, p]) + (c * a[k, q]));
        }

        for (int k = 0; k < a.GetLength(0); k++)
        {
            (a[p, k], a[q, k]) = ((c * a[p, k]) - (s * a[q, k]), (s * a[p, k]) + (c * a[q, k]));
            (v[k, p], v[k, q]) = ((c * v[k, p]) - (s * v[k, q]), (s * v[k, p]) + (c * v[k, q]));
        }
    }
}
