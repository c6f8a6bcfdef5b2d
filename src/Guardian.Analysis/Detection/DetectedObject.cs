namespace Guardian.Analysis;

/// <summary>Something seen in a frame.</summary>
/// <param name="Label">What it is taken for, 1 to 64 characters.</param>
/// <param name="Confidence">How sure, 0 to 1.</param>
/// <param name="X">Left edge in pixels of the frame.</param>
/// <param name="Y">Top edge in pixels of the frame.</param>
/// <param name="Width">Width in pixels, not negative.</param>
/// <param name="Height">Height in pixels, not negative.</param>
public sealed record DetectedObject(string Label, double Confidence, double X, double Y, double Width, double Height)
{
    /// <summary>The label of something that is known only by its deviation from the normal picture.</summary>
    public const string Region = "region";

    /// <summary>Width × height, square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>Common area ÷ united area of two boxes, 0 to 1.</summary>
    public double OverlapWith(DetectedObject other)
    {
        ArgumentNullException.ThrowIfNull(other);
        double width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        double height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        double common = width * height;
        return common / (Area + other.Area - common);
    }
}
