namespace Guardian.Analysis;

/// <summary>A box in pixels of the model's input.</summary>
internal readonly record struct YoloBox(int Class, double Confidence, double Left, double Top, double Right, double Bottom)
{
    public bool IsSound => double.IsFinite(Left) && double.IsFinite(Top) && double.IsFinite(Right) && double.IsFinite(Bottom) && Right > Left && Bottom > Top;

    /// <summary>Common area ÷ united area.</summary>
    public double OverlapWith(YoloBox other)
    {
        double width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left), height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        double common = width * height;
        return common / (((Right - Left) * (Bottom - Top)) + ((other.Right - other.Left) * (other.Bottom - other.Top)) - common);
    }
}
