namespace Guardian.SceneSets;

/// <summary>Light, weather and camera of one moment.</summary>
internal sealed record Conditions
{
    /// <summary>Strength of sun and sky, 0 (night) to 1 (noon).</summary>
    public required double Light { get; init; }

    /// <summary>Where the sun stands, 0 (rises) to 1 (sets).</summary>
    public required double Sun { get; init; }

    /// <summary>0 clear to 1 overcast: no shadows.</summary>
    public required double Cloud { get; init; }

    /// <summary>0 dry to 1.</summary>
    public double Rain { get; init; }

    /// <summary>0 still to 1.</summary>
    public double Wind { get; init; }

    public bool Night => Light < 0.06;

    public string Name => (Night, Rain > 0, Light < 0.3) switch
    {
        (true, true, _) => "night rain",
        (true, false, _) => "night",
        (_, true, _) => "rain",
        (_, _, true) => "dusk",
        _ => "day",
    };

    /// <param name="hour">0 to 24.</param>
    /// <param name="random">Of weather and wind.</param>
    public static Conditions At(double hour, Random random)
    {
        double sun = ((hour % 24) - 6) / 13, height = Math.Sin(Math.PI * Math.Clamp(sun, 0, 1));
        double cloud = Math.Clamp((random.NextDouble() * 1.4) - 0.3, 0, 1);
        return new Conditions
        {
            Light = height <= 0 ? 0 : Math.Max(0.04, height) * (1 - (0.45 * cloud)),
            Sun = Math.Clamp(sun, 0, 1),
            Cloud = cloud,
            Rain = random.NextDouble() < 0.12 ? 0.3 + (0.7 * random.NextDouble()) : 0,
            Wind = random.NextDouble(),
        };
    }
}
