namespace Guardian.Models.Training;

/// <summary>Student's t distribution for whole degrees of freedom.</summary>
internal static class StudentT
{
    /// <summary>The value below which a share <paramref name="probability"/> of the distribution lies, for 0.5 to 0.999999.</summary>
    public static double Quantile(double probability, int degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degreesOfFreedom, 1);
        double low = 0, high = 1;
        while (Cumulative(high, degreesOfFreedom) < probability)
        {
            high *= 2;
        }

        for (int i = 0; i < 80; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Cumulative(middle, degreesOfFreedom) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (odd) and 26.7.4 (even): finite sums, exact for whole degrees of freedom.</summary>
    public static double Cumulative(double t, int degreesOfFreedom)
    {
        double angle = Math.Atan(t / Math.Sqrt(degreesOfFreedom)), sine = Math.Sin(angle), cosineSquared = Math.Pow(Math.Cos(angle), 2);
        bool odd = degreesOfFreedom % 2 == 1;
        double term = odd ? Math.Cos(angle) : 1, sum = degreesOfFreedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k < degreesOfFreedom; k += 2)
        {
            term *= (k - 1.0) / k * cosineSquared;
            sum += term;
        }

        double within = odd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
        return 0.5 + (within / 2);
    }
}
