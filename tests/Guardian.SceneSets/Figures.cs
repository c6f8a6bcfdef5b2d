namespace Guardian.SceneSets;

/// <summary>People, animals and things, in reflectance: the light of the moment falls on them afterwards.</summary>
internal static class Figures
{
    /// <param name="picture">To paint on.</param>
    /// <param name="feetX">Centre of the feet.</param>
    /// <param name="feetY">Row of the feet.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="random">Of clothes.</param>
    /// <param name="step">Where in a stride, 0 to 1.</param>
    public static void Person(Picture picture, double feetX, double feetY, double height, Random random, double step)
    {
        Tint coat = Tint.Cloth(random), trousers = Tint.Cloth(random), hair = new Tint(40, 30, 24), skin = new Tint(150, 105, 80);
        double swing = Math.Sin(step * 2 * Math.PI) * height * 0.09;
        picture.Ellipse(feetX, feetY, height * 0.16, height * 0.03, Tint.Grey(25), 0.45);
        for (int leg = -1; leg <= 1; leg += 2)
        {
            for (int i = 0; i <= 12; i++)
            {
                double t = i / 12.0;
                picture.Ellipse(feetX + (leg * ((height * 0.04) + (swing * t))), feetY - (height * 0.46 * (1 - t)), height * 0.045, height * 0.045, trousers);
            }
        }

        picture.Ellipse(feetX, feetY - (height * 0.63), height * 0.115, height * 0.2, coat);
        picture.Ellipse(feetX - (height * 0.11), feetY - (height * 0.58) + (swing * 0.3), height * 0.035, height * 0.17, coat.Times(0.85));
        picture.Ellipse(feetX + (height * 0.11), feetY - (height * 0.58) - (swing * 0.3), height * 0.035, height * 0.17, coat.Times(0.85));
        picture.Ellipse(feetX, feetY - (height * 0.91), height * 0.06, height * 0.08, skin);
        picture.Ellipse(feetX, feetY - (height * 0.95), height * 0.062, height * 0.05, hair);
    }

    public static void Animal(Picture picture, double feetX, double feetY, double length, Random random)
    {
        float shade = 0.4f + random.NextSingle();
        var fur = new Tint(110 * shade, 78 * shade, 48 * shade);
        double side = random.Next(2) == 0 ? 1 : -1;
        picture.Ellipse(feetX, feetY, length * 0.5, length * 0.06, Tint.Grey(25), 0.4);
        picture.Ellipse(feetX, feetY - (length * 0.38), length * 0.42, length * 0.16, fur);
        foreach (double leg in new[] { -0.32, -0.22, 0.22, 0.32 })
        {
            picture.Rectangle(feetX + (leg * length) - (length * 0.035), feetY - (length * 0.34), length * 0.07, length * 0.34, fur.Times(0.9));
        }

        picture.Ellipse(feetX + (side * length * 0.46), feetY - (length * 0.52), length * 0.14, length * 0.11, fur.Times(1.1));
        picture.Ellipse(feetX - (side * length * 0.5), feetY - (length * 0.5), length * 0.16, length * 0.04, fur);
    }

    public static void Bag(Picture picture, double left, double bottom, double width, Random random)
    {
        Tint cloth = Tint.Cloth(random);
        double height = width * (0.6 + (0.5 * random.NextDouble()));
        picture.Ellipse(left + (width / 2), bottom, width * 0.6, width * 0.1, Tint.Grey(25), 0.45);
        picture.Rectangle(left, bottom - height, width, height, cloth);
        picture.Rectangle(left, bottom - height, width, height * 0.2, cloth.Times(0.7));
        picture.Rectangle(left + (width * 0.3), bottom - (height * 1.25), width * 0.06, height * 0.25, cloth.Times(0.5));
        picture.Rectangle(left + (width * 0.64), bottom - (height * 1.25), width * 0.06, height * 0.25, cloth.Times(0.5));
    }

    public static void Car(Picture picture, double left, double top, double width, Tint paint)
    {
        double h = width * 0.42;
        picture.Ellipse(left + (width / 2), top + h, width * 0.52, h * 0.1, Tint.Grey(20), 0.6);
        picture.Rectangle(left, top + (h * 0.4), width, h * 0.45, paint);
        picture.Ellipse(left + (width * 0.5), top + (h * 0.42), width * 0.32, h * 0.42, paint.Times(0.95));
        picture.Ellipse(left + (width * 0.5), top + (h * 0.4), width * 0.27, h * 0.31, new Tint(38, 46, 54));
        picture.Rectangle(left, top + (h * 0.45), width, h * 0.06, paint.Times(1.3));
        foreach (double wheel in new[] { 0.2, 0.8 })
        {
            picture.Ellipse(left + (width * wheel), top + (h * 0.86), h * 0.17, h * 0.17, Tint.Grey(22));
            picture.Ellipse(left + (width * wheel), top + (h * 0.86), h * 0.08, h * 0.08, Tint.Grey(120));
        }
    }
}
