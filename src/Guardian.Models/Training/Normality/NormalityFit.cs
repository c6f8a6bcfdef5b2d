using System.Buffers;
using Guardian.Models.Inference;
using Guardian.Models.Internal;

namespace Guardian.Models.Training.Normality;

/// <summary>Fits a <see cref="NormalityModel"/> to normal frames.</summary>
/// <remarks>
/// Each frame's distances, from which norms and limits follow, come from Gaussians that other frames gave (cross-fitting in <see cref="Folds"/> parts): those of frames that
/// had a say in them would be smaller than any future frame's.
/// </remarks>
internal sealed class NormalityFit
{
    private const int MaxConditions = 3, LightAxes = 3, Folds = 5;

    /// <summary>Into so many stretches the frames are cut; those of a stretch are left out together, because neighbours in time are too much alike to judge each other.</summary>
    private const int Stretches = 20;

    /// <summary>The least reach of a distance, in its own unit, in which noise has a size of about 1.</summary>
    private const float ReachFloor = 0.4f;

    private readonly FrameFeatures _features;
    private readonly int _rows;
    private readonly int _columns;
    private readonly double _share;
    private readonly float[][] _scores;

    private NormalityFit(FrameFeatures features, int width, int height, double share)
    {
        (_features, _rows, _columns, _share) = (features, height / FeatureGraph.Cell, width / FeatureGraph.Cell, share);
        _scores = new float[features.Places.Length][];
    }

    /// <param name="features">Of all normal frames, in capture order.</param>
    /// <param name="width">Of the network's input.</param>
    /// <param name="height">Of the network's input.</param>
    /// <param name="share">Of further normal frames that may be above the limit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static FittedNormality Of(FrameFeatures features, int width, int height, double share, CancellationToken cancellationToken)
    {
        var fit = new NormalityFit(features, width, height, share);
        Projection light = PrincipalAxes.Of(features.Light, LightAxes, standardise: false);
        float[][] points = [.. features.Light.Select(l => light.Of(l))];
        IReadOnlyList<float[]> centres = LightClusters.Of(points, MaxConditions);
        int[][] members = [.. centres.Select(c => Enumerable.Range(0, points.Length).Where(i => Applies(centres, c, points[i])).ToArray())];
        NormalCondition[] conditions = [.. centres.Zip(members, (c, m) => fit.Condition(c, m, cancellationToken))];
        return new FittedNormality(new NormalityModel(width, height, conditions, light), members, [.. fit._scores.Select(p => p.Max())]);
    }

    private static bool Applies(IReadOnlyList<float[]> centres, float[] centre, float[] point) =>
        LightClusters.Distance(centre, point) <= NormalityModel.Ambiguity * centres.Min(c => LightClusters.Distance(c, point));

    private int Fold(int frame) => (int)((long)frame * Stretches / _scores.Length) % Folds;

    private NormalCondition Condition(float[] centre, int[] members, CancellationToken cancellationToken)
    {
        float[] origin = Origin(members);
        int places = _rows * _columns;
        var all = new PlaceSums(places);
        var folds = new PlaceSums[Folds];
        QuietLoop.For(0, Folds, f =>
        {
            folds[f] = new PlaceSums(places);
            foreach (int i in members.Where(i => Fold(i) == f))
            {
                folds[f].Add(_features.Places[i], origin);
            }
        });
        Array.ForEach(folds, f => all.Add(f, 1));
        float[][] maps = new float[members.Length][];
        for (int f = 0; f < Folds; f++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (folds[f].Frames == 0)
            {
                continue;
            }

            all.Add(folds[f], -1);
            PlaceGaussians others = all.Fit(_rows, _columns, origin);
            all.Add(folds[f], 1);
            QuietLoop.For(0, members.Length, m =>
            {
                if (Fold(members[m]) == f)
                {
                    maps[m] = Distances(others, members[m]);
                }
            });
        }

        var norm = new NormFit(maps, _rows, _columns, ReachFloor);
        IReadOnlyList<float[]> parts = norm.LeaveOneOut(z => MapParts.Of(z, _rows, _columns));
        ScoreScale[] scales = [.. Enumerable.Range(0, MapParts.Count).Select(p => ScoreLimit.Of([.. parts.Select(v => v[p])], _share))];
        for (int m = 0; m < members.Length; m++)
        {
            // As in the model: of the conditions that apply the one that finds the frame least strange.
            float[] scaled = [.. parts[m].Select((v, p) => scales[p].Of(v))];
            if (_scores[members[m]] is not { } before || scaled.Max() < before.Max())
            {
                _scores[members[m]] = scaled;
            }
        }

        return new NormalCondition(centre, all.Fit(_rows, _columns, origin), norm.All(), scales);
    }

    private float[] Distances(PlaceGaussians gaussians, int frame)
    {
        float[] distances = new float[_rows * _columns], features = ArrayPool<float>.Shared.Rent(_features.Places[frame].Length);
        _features.Decode(frame, features);
        gaussians.Measure(features, distances);
        ArrayPool<float>.Shared.Return(features);
        return distances;
    }

    private float[] Origin(int[] members)
    {
        double[] sum = new double[_features.Places[0].Length];
        foreach (int i in members)
        {
            short[] frame = _features.Places[i];
            for (int v = 0; v < sum.Length; v++)
            {
                sum[v] += frame[v];
            }
        }

        return [.. sum.Select(s => (float)(s / members.Length * FrameFeatures.Step))];
    }
}
