using Guardian.Shared.Imaging;

namespace Guardian.EdgeSimulator.Cameras;

/// <summary>A picture to paint on, in RGB.</summary>
internal sealed class Canvas(int width, int height)
{
    public Canvas(RgbImage image)
        : this(image.Width, image.Height) => image.Pixels.AsSpan(0, Pixels.Length).CopyTo(Pixels);

    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Pixels { get; } = new byte[width * height * 3];

    public byte[] ToJpeg(int quality) => JpegEncoder.Encode(new RgbImage(Width, Height, Pixels), quality);

    public void Set(int x, int y, Colour colour)
    {
        int at = ((y * Width) + x) * 3;
        Pixels[at] = colour.R;
        Pixels[at + 1] = colour.G;
        Pixels[at + 2] = colour.B;
    }

    public void Rectangle(double x, double y, double width, double height, Colour colour)
    {
        int right = (int)Math.Min(Width, x + width), bottom = (int)Math.Min(Height, y + height);
        for (int row = (int)Math.Max(0, y); row < bottom; row++)
        {
            for (int column = (int)Math.Max(0, x); column < right; column++)
            {
                Set(column, row, colour);
            }
        }
    }

    public void Ellipse(double centreX, double centreY, double radiusX, double radiusY, Colour colour)
    {
        int top = (int)Math.Max(0, centreY - radiusY), bottom = (int)Math.Min(Height - 1, centreY + radiusY);
        for (int row = top; row <= bottom; row++)
        {
            double dy = (row - centreY) / radiusY;
            double half = radiusX * Math.Sqrt(Math.Max(0, 1 - (dy * dy)));
            for (int column = (int)Math.Max(0, centreX - half); column <= (int)Math.Min(Width - 1, centreX + half); column++)
            {
                Set(column, row, colour);
            }
        }
    }
}
