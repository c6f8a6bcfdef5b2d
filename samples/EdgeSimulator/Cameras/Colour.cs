namespace Guardian.EdgeSimulator.Cameras;

/// <summary>A colour in RGB.</summary>
internal readonly record struct Colour(byte R, byte G, byte B)
{
    /// <summary>Brightens or darkens each channel; values stay in range.</summary>
    public Colour Times(double red, double green, double blue) => new(Clamp(R * red), Clamp(G * green), Clamp(B * blue));

    public static byte Clamp(double value) => (byte)Math.Clamp(value, 0, 255);
}
