using Guardian.Models.Inference;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Tests.Training.Normality;

public sealed class NormFitTests
{
    private const int Rows = 12, Columns = 10;

    [Fact]
    public void what_moves_somewhere_is_normal_there_and_two_cells_around_and_nowhere_else()
    {
        float[][] maps = Calm(40);
        for (int i = 0; i < 5; i++)
        {
            maps[i * 7][At(6, 5)] = 8;
        }

        MapNorm norm = new NormFit(maps, Rows, Columns, 0.1f).All();
        float Z(int row, int column)
        {
            float[] map = Calm(1)[0], z = new float[map.Length];
            map[At(row, column)] = 8;
            norm.Apply(map, z);
            return z[At(row, column)];
        }

        Assert.InRange(Z(6, 5), 0.9, 1.1);
        Assert.InRange(Z(8, 7), 0.9, 1.1);
        Assert.True(Z(9, 5) > 5);
        Assert.True(Z(0, 0) > 5);
    }

    [Fact]
    public void a_frame_has_no_say_in_its_own_norm()
    {
        float[][] maps = Calm(30);
        maps[11][At(3, 3)] = 9;
        IReadOnlyList<float> highest = new NormFit(maps, Rows, Columns, 0.1f).LeaveOneOut(z => z.Max());
        Assert.True(highest[11] > 10 * highest.Where((_, i) => i != 11).Max(), "the odd frame made its own place normal");
    }

    [Fact]
    public void a_reach_is_never_below_its_floor()
    {
        MapNorm norm = new NormFit([.. Enumerable.Range(0, 10).Select(_ => new float[Rows * Columns])], Rows, Columns, 0.25f).All();
        Assert.All(norm.Reach, r => Assert.Equal(0.25f, r));
        Assert.All(norm.Centre, c => Assert.Equal(0, c));
    }

    private static int At(int row, int column) => (row * Columns) + column;

    private static float[][] Calm(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Rows * Columns).Select(_ => 1 + (0.2f * random.NextSingle())).ToArray())];
    }
}
