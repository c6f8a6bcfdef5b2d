using Guardian.Models.Tests.Support;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;

namespace Guardian.Models.Tests.Training;

public sealed class GradientTests
{
    private const double WorstRelativeError = 0.02;

    [Theory]
    [InlineData(7, 16, 1)]
    [InlineData(3, 32, 1)]
    [InlineData(8, 32, 1)]
    [InlineData(8, 32, 2)]
    public void every_gradient_agrees_with_finite_differences(int seed, int height, int threads)
    {
        using var net = new TinyNet(seed, height);
        using TrainingSession session = net.StartTraining(threads);
        double scale = session.GradientScale;
        session.Step(0);
        foreach (ParameterSpec spec in ParameterLayout.Of(net.Shape))
        {
            // After a first step the first moment is the gradient itself.
            float[] analytic = session.State[Adam.FirstMoment(spec.Name)].GetTensorDataAsSpan<float>().ToArray();
            double squaredError = 0, squaredSize = 1e-16;
            for (int i = 0; i < analytic.Length; i++)
            {
                double numeric = FiniteDifference(net, net.Parameters[spec.Name], i);
                squaredError += Math.Pow(numeric - (analytic[i] * scale), 2);
                squaredSize += numeric * numeric;
            }

            double error = Math.Sqrt(squaredError / squaredSize);
            Assert.True(error < WorstRelativeError, $"{spec.Name}: relative error {error:E2}");
            Assert.True(squaredSize > 1e-12, $"{spec.Name}: the check is empty, its gradient vanishes");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void the_reported_loss_is_the_mean_squared_error(int threads)
    {
        using var net = new TinyNet(3);
        using TrainingSession session = net.StartTraining(threads);
        Assert.Equal(net.Loss(), session.Step(0), 6);
    }

    [Fact]
    public void adam_agrees_with_the_published_formula()
    {
        const int steps = 25;
        const double rate = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
        using var net = new TinyNet(5);
        using TrainingSession session = net.StartTraining();
        double scale = session.GradientScale;
        Dictionary<string, double[]> p = net.Parameters.ToDictionary(e => e.Key, e => e.Value.Select(v => (double)v).ToArray());
        Dictionary<string, double[]> m = p.ToDictionary(e => e.Key, e => new double[e.Value.Length]);
        Dictionary<string, double[]> v = p.ToDictionary(e => e.Key, e => new double[e.Value.Length]);
        for (int t = 1; t <= steps; t++)
        {
            Dictionary<string, float[]> before = Moments(session, net);
            session.Step(rate);
            Dictionary<string, float[]> after = Moments(session, net);
            foreach (string name in p.Keys)
            {
                for (int i = 0; i < p[name].Length; i++)
                {
                    double gradient = (after[name][i] - (beta1 * before[name][i])) * scale;
                    m[name][i] = (beta1 * m[name][i]) + ((1 - beta1) * gradient);
                    v[name][i] = (beta2 * v[name][i]) + ((1 - beta2) * gradient * gradient);
                    double corrected = m[name][i] / (1 - Math.Pow(beta1, t));
                    p[name][i] -= rate * corrected / (Math.Sqrt(v[name][i] / (1 - Math.Pow(beta2, t))) + epsilon);
                }
            }
        }

        foreach ((string name, double[] expected) in p)
        {
            ReadOnlySpan<float> actual = session.State[name].GetTensorDataAsSpan<float>();
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) < 2e-3, $"{name}[{i}]: {expected[i]} expected, {actual[i]} found");
            }
        }
    }

    [Fact]
    public void steps_lower_the_loss()
    {
        using var net = new TinyNet(9);
        using TrainingSession session = net.StartTraining();
        float first = session.Step(0.01), last = first;
        for (int i = 0; i < 200; i++)
        {
            last = session.Step(0.01);
        }

        Assert.True(last < first * 0.85, $"from {first} to {last}");
    }

    [Fact]
    public void moments_that_fade_become_zero()
    {
        // A third of a vector's length at the end, so that the rest after the last whole vector is seen as well.
        float[] p = new float[11], m = new float[11], v = new float[11];
        Array.Fill(m, 1f);
        Array.Fill(v, 1f);
        for (int i = 0; i < 100_000; i++)
        {
            Adam.Apply(p, m, v, new float[11], 0, 1);
        }

        Assert.All(m.Concat(v), value => Assert.Equal(0, value));
    }

    private static Dictionary<string, float[]> Moments(TrainingSession session, TinyNet net) => net.Parameters.Keys.ToDictionary(
        n => n, n => session.State[Adam.FirstMoment(n)].GetTensorDataAsSpan<float>().ToArray());

    private static double FiniteDifference(TinyNet net, float[] values, int index)
    {
        const float step = 1e-3f;
        float original = values[index];
        values[index] = original + step;
        double above = net.Loss();
        values[index] = original - step;
        double below = net.Loss();
        values[index] = original;
        return (above - below) / (2.0 * step);
    }
}
