namespace Guardian.Models.Inference;

/// <summary>What a camera's normal frames look like, place by place, under each kind of light: the part of the score that needs no network.</summary>
/// <param name="Width">Of the network's input in pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Conditions">The kinds of light, told apart by nearness in <paramref name="Light"/>.</param>
/// <param name="Light">From a frame's coarse brightness and colour to few numbers.</param>
internal sealed record NormalityModel(int Width, int Height, IReadOnlyList<NormalCondition> Conditions, Projection Light)
{
    /// <summary>A condition applies to a frame when its centre is no farther than this times the nearest one's distance.</summary>
    public const float Ambiguity = 1.5f;

    public int Columns => Width / FeatureGraph.Cell;

    public int Rows => Height / FeatureGraph.Cell;

    public int Places => Rows * Columns;
}
