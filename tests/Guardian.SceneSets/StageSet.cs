namespace Guardian.SceneSets;

/// <summary>Normal frames and events of one stage. The same seed gives the same frames.</summary>
internal sealed class StageSet(Stage stage, StageSetOptions options)
{
    private static readonly AnomalyKind[] Inside = [AnomalyKind.Animal, AnomalyKind.Blackout, AnomalyKind.Blinded, AnomalyKind.Covered, AnomalyKind.Defocused, AnomalyKind.FarPerson, AnomalyKind.LeftObject, AnomalyKind.Person, AnomalyKind.RemovedObject, AnomalyKind.Turned];

    private readonly Camera _camera = new(stage, options.Quality);

    public SceneSet Make() => new(stage.Name, Training(), Judging());

    private IEnumerable<byte[]> Training()
    {
        for (int i = 0; i < options.TrainingFrames; i++)
        {
            yield return Normal(Hour(i, options.TrainingFrames), new Random(Seed(1, i))).Jpeg;
        }
    }

    private IEnumerable<SceneFrame> Judging()
    {
        for (int i = 0; i < options.NormalFrames; i++)
        {
            // Between the hours of the training frames, under other weather.
            yield return Normal(Hour(i + 0.5, options.NormalFrames), new Random(Seed(2, i)));
        }

        AnomalyKind[] kinds = stage.Indoor ? Inside : Enum.GetValues<AnomalyKind>();
        int number = 0;
        foreach (AnomalyKind kind in kinds)
        {
            for (int e = 0; e < options.EventsPerKind; e++)
            {
                number++;
                double hour = Hour(e + 0.37, options.EventsPerKind);
                if (kind == AnomalyKind.FarPerson && stage.Walk is not null)
                {
                    // By day a person on that walk is as normal as the others.
                    hour = 21.5 + (5 * (e + 0.5) / options.EventsPerKind);
                }

                foreach (SceneFrame frame in Event(kind, number, hour))
                {
                    yield return frame;
                }
            }
        }
    }

    private double Hour(double index, int of) => options.FirstHour + ((options.LastHour - options.FirstHour) * index / of);

    private int Seed(int stream, int index) => (options.Seed * 7_919) + (stream * 104_729) + index;

    private SceneFrame Normal(double hour, Random random)
    {
        Conditions at = Conditions.At(hour, random);
        Picture surfaces = Surfaces(at, random);
        Picture lit = _camera.Light(surfaces, at, random);
        PassingLights(lit, at, random);
        return new SceneFrame(_camera.Expose(lit, at, random), null, at.Name, 0);
    }

    private Picture Surfaces(Conditions at, Random random, bool fixture = true)
    {
        Picture surfaces = stage.Surface.Clone();
        if (fixture)
        {
            stage.Fixture(surfaces);
        }

        if (stage.Walk is { } walk && at.Light > 0.2)
        {
            for (int i = random.Next(3); i > 0; i--)
            {
                double row = (walk + (0.08 * random.NextDouble())) * stage.Height;
                Figures.Person(surfaces, random.Next(stage.Width), row, stage.Height * 0.17, random, random.NextDouble());
            }
        }

        if (stage.Road is { } road && at.Light > 0.1 && !stage.RoadByNightOnly && random.NextDouble() < 0.25)
        {
            double width = stage.Width * 0.2;
            Figures.Car(surfaces, (random.NextDouble() * (stage.Width + width)) - width, (road * stage.Height) - (width * 0.38), width, Tint.Cloth(random));
        }

        return surfaces;
    }

    private void PassingLights(Picture lit, Conditions at, Random random)
    {
        if (stage.Road is { } road && at.Light <= 0.1 && random.NextDouble() < 0.3)
        {
            double x = random.Next(stage.Width), y = road * stage.Height, size = stage.Width * 0.012;
            lit.Glow(x, y, size, Tint.Grey(300));
            lit.Glow(x + (size * 5), y, size, Tint.Grey(300));
            lit.Glow(x - (stage.Width * 0.12), y + (size * 2), stage.Width * 0.1, new Tint(7, 7, 6), 0.3);
        }
    }

    private IEnumerable<SceneFrame> Event(AnomalyKind kind, int number, double hour)
    {
        // One event: the same thing in the same light, moving as its kind does.
        var fixedPart = new Random(Seed(3, number * 64));
        var at = Conditions.At(hour, fixedPart);
        double placeX = 0.12 + (0.76 * fixedPart.NextDouble()), placeY = fixedPart.NextDouble(), strength = fixedPart.NextDouble();
        int look = fixedPart.Next();
        for (int i = 0; i < options.FramesPerEvent; i++)
        {
            var random = new Random(Seed(3, (number * 64) + 1 + i));
            Picture surfaces = Surfaces(at, random, fixture: kind != AnomalyKind.RemovedObject);
            Place(kind, surfaces, placeX, placeY, (double)i / options.FramesPerEvent, look);
            Picture lit = _camera.Light(surfaces, at, random);
            PassingLights(lit, at, random);
            yield return new SceneFrame(Tamper(kind, lit, at, strength, random), kind, at.Name, number);
        }
    }

    private void Place(AnomalyKind kind, Picture surfaces, double x, double y, double progress, int look)
    {
        var random = new Random(look);
        double row = stage.Height * (stage.Horizon + ((1 - stage.Horizon) * (0.25 + (0.7 * y)))), column = stage.Width * x;
        double person = stage.PersonHeight(row);
        switch (kind)
        {
            case AnomalyKind.Person:
                double near = stage.Height * (stage.Horizon + ((1 - stage.Horizon) * (0.6 + (0.38 * y))));
                Figures.Person(surfaces, column + (progress * stage.Width * 0.1), near, stage.PersonHeight(near), random, progress * 3);
                break;
            case AnomalyKind.FarPerson:
                double far = stage.Height * (stage.Horizon + ((1 - stage.Horizon) * (0.03 + (0.07 * y))));
                Figures.Person(surfaces, column + (progress * stage.Width * 0.04), far, stage.PersonHeight(far), random, progress * 3);
                break;
            case AnomalyKind.Animal:
                Figures.Animal(surfaces, column + (progress * stage.Width * 0.12), row, person * 0.42, random);
                break;
            case AnomalyKind.LeftObject:
                Figures.Bag(surfaces, column, row, person * 0.3, random);
                break;
            case AnomalyKind.Vehicle:
                // Across the lower part, where no lane is.
                double width = stage.Width * (0.2 + (0.1 * y));
                Figures.Car(surfaces, column - (width / 2), stage.Height * (0.86 - (0.08 * y)) - (width * 0.3), width, Tint.Cloth(random));
                break;
        }
    }

    private byte[] Tamper(AnomalyKind kind, Picture lit, Conditions at, double strength, Random random)
    {
        switch (kind)
        {
            case AnomalyKind.Covered:
                double share = 0.6 + (0.4 * strength);
                lit.Rectangle(0, 0, lit.Width * share, lit.Height, Tint.Grey(lit.Planes[1].Average() * 0.3));
                return _camera.Expose(lit, at, random);
            case AnomalyKind.Defocused:
                return _camera.Expose(lit, at, random, blur: 3 + (5 * strength));
            case AnomalyKind.Blinded:
                lit.Glow(lit.Width * (0.3 + (0.4 * strength)), lit.Height * 0.5, lit.Height * (0.25 + (0.2 * strength)), Tint.Grey(Math.Max(60, lit.Planes[1].Average() * 30)));
                return _camera.Expose(lit, at, random);
            case AnomalyKind.Turned:
                double right = lit.Width * (0.05 + (0.2 * strength));
                return _camera.Expose(lit.Moved(right, lit.Height * 0.04 * strength, 3 * strength, 1), at, random);
            case AnomalyKind.Blackout:
                return _camera.Expose(lit, at, random, gain: 0.002);
            default:
                return _camera.Expose(lit, at, random);
        }
    }
}
