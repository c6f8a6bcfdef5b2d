namespace Guardian.EdgeSimulator.Cameras;

/// <summary>A walking person, painted from simple shapes.</summary>
internal static class Person
{
    private static readonly Colour Skin = new(206, 160, 130), Jacket = new(178, 58, 44), Trousers = new(38, 42, 60), Shoes = new(22, 20, 20), Hair = new(40, 30, 24);

    /// <param name="canvas">Where to paint.</param>
    /// <param name="centreX">Middle of the body.</param>
    /// <param name="feetY">Where the feet stand.</param>
    /// <param name="height">From head to feet, in pixels.</param>
    /// <param name="step">Phase of the walk, in steps.</param>
    /// <param name="light">How bright the scene is: 1 is noon.</param>
    public static void Paint(Canvas canvas, double centreX, double feetY, double height, double step, double light)
    {
        double unit = height / 8;
        double swing = Math.Sin(step * Math.PI) * unit * 0.9;
        Colour Lit(Colour c) => c.Times(light, light, light);
        for (int side = -1; side <= 1; side += 2)
        {
            double foot = centreX + (side * swing);
            for (double t = 0; t <= 1; t += 0.02)
            {
                double x = centreX + ((foot - centreX) * t);
                canvas.Rectangle(x - (unit * 0.45), feetY - (unit * 4) + (unit * 3.7 * t), unit * 0.9, unit * 0.4, Lit(Trousers));
            }

            canvas.Ellipse(foot + (unit * 0.2), feetY - (unit * 0.2), unit * 0.7, unit * 0.3, Lit(Shoes));
            double hand = centreX - (side * swing * 0.8) + (side * unit * 0.9);
            for (double t = 0; t <= 1; t += 0.03)
            {
                canvas.Ellipse(centreX + (side * unit * 0.9) + ((hand - centreX - (side * unit * 0.9)) * t), feetY - (unit * 6.4) + (unit * 2.4 * t), unit * 0.35, unit * 0.35, Lit(Jacket));
            }
        }

        canvas.Rectangle(centreX - unit, feetY - (unit * 6.8), unit * 2, unit * 3, Lit(Jacket));
        canvas.Ellipse(centreX, feetY - (unit * 6.8), unit, unit * 0.4, Lit(Jacket));
        canvas.Ellipse(centreX, feetY - (unit * 7.4), unit * 0.55, unit * 0.65, Lit(Skin));
        canvas.Ellipse(centreX, feetY - (unit * 7.7), unit * 0.58, unit * 0.42, Lit(Hair));
    }
}
