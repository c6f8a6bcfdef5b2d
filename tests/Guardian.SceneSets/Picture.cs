namespace Guardian.SceneSets;

/// <summary>A picture being made: three planes of linear brightness, 0 to 255, rows from the top.</summary>
internal sealed class Picture(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public float[][] Planes { get; } = [new float[width * height], new float[width * height], new float[width * height]];

    public Picture Clone()
    {
        var copy = new Picture(Width, Height);
        for (int c = 0; c < 3; c++)
        {
            Planes[c].CopyTo(copy.Planes[c], 0);
        }

        return copy;
    }

    /// <summary>Lays a colour over a pixel.</summary>
    public void Blend(int x, int y, Tint tint, double opacity)
    {
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height)
        {
            return;
        }

        int at = (y * Width) + x;
        float a = (float)Math.Clamp(opacity, 0, 1);
        Planes[0][at] += (tint.R - Planes[0][at]) * a;
        Planes[1][at] += (tint.G - Planes[1][at]) * a;
        Planes[2][at] += (tint.B - Planes[2][at]) * a;
    }

    /// <summary>Multiplies a pixel.</summary>
    public void Scale(int x, int y, float r, float g, float b)
    {
        int at = (y * Width) + x;
        Planes[0][at] *= r;
        Planes[1][at] *= g;
        Planes[2][at] *= b;
    }

    public void Rectangle(double left, double top, double width, double height, Tint tint, double opacity = 1)
    {
        for (int y = (int)Math.Floor(top); y < top + height; y++)
        {
            double rows = Overlap(y, top, top + height);
            for (int x = (int)Math.Floor(left); x < left + width; x++)
            {
                Blend(x, y, tint, opacity * rows * Overlap(x, left, left + width));
            }
        }
    }

    /// <summary>An ellipse with an edge one pixel soft.</summary>
    public void Ellipse(double centreX, double centreY, double radiusX, double radiusY, Tint tint, double opacity = 1)
    {
        double soft = 1 / Math.Max(1, Math.Min(radiusX, radiusY));
        for (int y = (int)(centreY - radiusY - 1); y <= centreY + radiusY + 1; y++)
        {
            for (int x = (int)(centreX - radiusX - 1); x <= centreX + radiusX + 1; x++)
            {
                double distance = Math.Sqrt(Math.Pow((x + 0.5 - centreX) / radiusX, 2) + Math.Pow((y + 0.5 - centreY) / radiusY, 2));
                if (distance < 1 + soft)
                {
                    Blend(x, y, tint, opacity * Math.Min(1, (1 + soft - distance) / (2 * soft)));
                }
            }
        }
    }

    /// <summary>Adds light that falls off like a bell.</summary>
    public void Glow(double centreX, double centreY, double radius, Tint light, double verticalStretch = 1)
    {
        double reachY = radius * 2.5 * verticalStretch;
        for (int y = Math.Max(0, (int)(centreY - reachY)); y < Math.Min(Height, centreY + reachY); y++)
        {
            for (int x = Math.Max(0, (int)(centreX - (radius * 2.5))); x < Math.Min(Width, centreX + (radius * 2.5)); x++)
            {
                double d = (Math.Pow(x - centreX, 2) + Math.Pow((y - centreY) / verticalStretch, 2)) / (radius * radius);
                float w = (float)Math.Exp(-d);
                int at = (y * Width) + x;
                Planes[0][at] += light.R * w;
                Planes[1][at] += light.G * w;
                Planes[2][at] += light.B * w;
            }
        }
    }

    /// <summary>Three box blurs, close to a Gaussian of that deviation.</summary>
    public void Blur(double deviation)
    {
        int radius = Math.Max(1, (int)Math.Round(deviation * 0.95));
        float[] other = new float[Width * Height];
        foreach (float[] plane in Planes)
        {
            for (int pass = 0; pass < 3; pass++)
            {
                Box(plane, other, Width, Height, 1, Width, radius);
                Box(other, plane, Height, Width, Width, 1, radius);
            }
        }
    }

    /// <summary>The picture as a camera sees it that looks elsewhere: turned about its centre, moved and scaled; the border repeats.</summary>
    public Picture Moved(double right, double down, double degrees, double zoom)
    {
        var moved = new Picture(Width, Height);
        double cos = Math.Cos(degrees * Math.PI / 180) / zoom, sin = Math.Sin(degrees * Math.PI / 180) / zoom;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                double dx = x - (Width / 2.0) - right, dy = y - (Height / 2.0) - down;
                double sx = Math.Clamp((Width / 2.0) + (cos * dx) + (sin * dy), 0, Width - 1.001), sy = Math.Clamp((Height / 2.0) - (sin * dx) + (cos * dy), 0, Height - 1.001);
                int x0 = (int)sx, y0 = (int)sy, at = (y0 * Width) + x0;
                float fx = (float)(sx - x0), fy = (float)(sy - y0);
                for (int c = 0; c < 3; c++)
                {
                    float[] p = Planes[c];
                    float top = p[at] + ((p[at + 1] - p[at]) * fx), bottom = p[at + Width] + ((p[at + Width + 1] - p[at + Width]) * fx);
                    moved.Planes[c][(y * Width) + x] = top + ((bottom - top) * fy);
                }
            }
        }

        return moved;
    }

    private static double Overlap(int cell, double from, double to) => Math.Clamp(Math.Min(cell + 1, to) - Math.Max(cell, from), 0, 1);

    private static void Box(float[] from, float[] to, int length, int lines, int step, int stride, int radius)
    {
        float scale = 1f / ((2 * radius) + 1);
        for (int line = 0; line < lines; line++)
        {
            int start = line * stride;
            float sum = 0;
            for (int i = -radius; i <= radius; i++)
            {
                sum += from[start + (Math.Clamp(i, 0, length - 1) * step)];
            }

            for (int i = 0; i < length; i++)
            {
                to[start + (i * step)] = sum * scale;
                sum += from[start + (Math.Min(i + radius + 1, length - 1) * step)] - from[start + (Math.Max(i - radius, 0) * step)];
            }
        }
    }
}
