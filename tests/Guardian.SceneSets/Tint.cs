namespace Guardian.SceneSets;

/// <summary>A colour in linear brightness, 0 to 255; lights may have more.</summary>
internal readonly record struct Tint(float R, float G, float B)
{
    public static Tint Grey(double value) => new((float)value, (float)value, (float)value);

    /// <summary>A colour of cloth, drawn.</summary>
    public static Tint Cloth(Random random) => new(random.Next(15, 170), random.Next(15, 170), random.Next(15, 170));

    public Tint Times(double factor) => new((float)(R * factor), (float)(G * factor), (float)(B * factor));
}
