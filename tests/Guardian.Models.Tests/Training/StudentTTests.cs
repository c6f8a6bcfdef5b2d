using Guardian.Models.Training;

namespace Guardian.Models.Tests.Training;

public sealed class StudentTTests
{
    /// <summary>Values of printed tables (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).</summary>
    [Theory]
    [InlineData(0.975, 1, 12.706)]
    [InlineData(0.975, 2, 4.303)]
    [InlineData(0.95, 5, 2.015)]
    [InlineData(0.99, 10, 2.764)]
    [InlineData(0.999, 23, 3.485)]
    [InlineData(0.999, 100, 3.174)]
    public void quantiles_agree_with_the_printed_table(double probability, int degrees, double expected) =>
        Assert.Equal(expected, StudentT.Quantile(probability, degrees), 3);
}
