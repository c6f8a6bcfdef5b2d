namespace Guardian.Events;

/// <summary>Something seen in a frame.</summary>
/// <param name="Label">What it is taken for: up to 64 characters.</param>
/// <param name="Confidence">How sure, 0 to 1.</param>
/// <param name="X">Left edge in pixels of the frame.</param>
/// <param name="Y">Top edge in pixels of the frame.</param>
/// <param name="Width">Width in pixels, not negative.</param>
/// <param name="Height">Height in pixels, not negative.</param>
public sealed record Detection(string Label, double Confidence, double X, double Y, double Width, double Height);
