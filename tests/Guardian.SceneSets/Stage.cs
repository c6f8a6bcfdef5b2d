namespace Guardian.SceneSets;

/// <summary>A place in front of a camera: its surfaces, what moves there as a rule, and where things may turn up.</summary>
internal sealed class Stage
{
    public Stage(string name, int width, int height) => (Name, Surface, Leaves) = (name, new Picture(width, height), new float[width * height]);

    public string Name { get; }

    /// <summary>What the surfaces reflect of white light, 0 to 255.</summary>
    public Picture Surface { get; set; }

    public int Width => Surface.Width;

    public int Height => Surface.Height;

    /// <summary>How far wind moves each pixel, 0 to 1.</summary>
    public float[] Leaves { get; }

    /// <summary>Lamps that burn at night (or always, inside).</summary>
    public List<(double X, double Y, double Radius)> Lamps { get; } = [];

    /// <summary>Height above which there is only sky or wall, as a share: nobody stands there.</summary>
    public double Horizon { get; init; } = 0.4;

    /// <summary>Inside there are lamps by day, too, and no weather.</summary>
    public bool Indoor { get; init; }

    /// <summary>A row, as a share of the height, on which cars pass: at night their headlights are normal, by day they themselves.</summary>
    public double? Road { get; init; }

    /// <summary>No car passes by day.</summary>
    public bool RoadByNightOnly { get; init; }

    /// <summary>A row on which pedestrians are normal by day.</summary>
    public double? Walk { get; init; }

    /// <summary>Of what casts the wandering shadow: left edge and width of the roof line, as shares of the width; null when nothing does.</summary>
    public (double Left, double Width)? Caster { get; init; }

    /// <summary>Paints the thing that always stands there, with the light factor; it can be removed.</summary>
    public required Action<Picture> Fixture { get; init; }

    /// <summary>Size of a grown person at a row, in pixels: larger when nearer.</summary>
    public double PersonHeight(double row) => Height * (0.06 + (0.42 * Math.Max(0, (row / Height) - Horizon) / (1 - Horizon)));
}
