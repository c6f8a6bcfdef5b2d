namespace Guardian.SceneSets;

/// <summary>The scenes that scorers are judged by.</summary>
public static class Scenes
{
    /// <summary>Photographs of OpenCV's samples that serve as places, where Debian's package opencv-doc puts them.</summary>
    public static IReadOnlyList<string> Photographs { get; } = [.. new[] { "home.jpg", "leuvenA.jpg" }.Select(n => "/usr/share/doc/opencv-doc/examples/data/" + n)];

    /// <summary>All rendered sets, and those from photographs that are there.</summary>
    /// <param name="seed">Changes weather, light, noise, people and things; the places stay.</param>
    /// <param name="size">Frames for training; the others follow in proportion.</param>
    public static IReadOnlyList<SceneSet> All(int seed, int size = 300) =>
        [Yard(seed, size), Street(seed, size), CarPark(seed, size), Hall(seed, size), .. Photographs.Where(File.Exists).Select(p => Photograph(p, seed, size))];

    /// <summary>A front yard by day, with shadows, clouds and leaves.</summary>
    public static SceneSet Yard(int seed, int size = 300) => Make(Stages.Yard(seed), new StageSetOptions { FirstHour = 7, LastHour = 18, Seed = seed, Quality = 85 }, size);

    /// <summary>A street by day and night, with pedestrians, cars and headlights.</summary>
    public static SceneSet Street(int seed, int size = 300) => Make(Stages.Street(seed), new StageSetOptions { FirstHour = 5, LastHour = 27, Seed = seed, Quality = 75 }, size);

    /// <summary>A car park from dusk to dawn.</summary>
    public static SceneSet CarPark(int seed, int size = 300) => Make(Stages.CarPark(seed), new StageSetOptions { FirstHour = 17, LastHour = 31, Seed = seed, Quality = 75 }, size);

    /// <summary>A hall with lamps and a window, round the clock.</summary>
    public static SceneSet Hall(int seed, int size = 300) => Make(Stages.Hall(seed), new StageSetOptions { FirstHour = 0, LastHour = 24, Seed = seed, Quality = 70 }, size);

    /// <summary>A photograph as the place, by day and night.</summary>
    public static SceneSet Photograph(string path, int seed, int size = 300) =>
        Make(Stages.Photograph(Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path)), new StageSetOptions { FirstHour = 6, LastHour = 30, Seed = seed }, size);

    private static SceneSet Make(Stage stage, StageSetOptions options, int size) =>
        new StageSet(stage, options with { TrainingFrames = size, NormalFrames = size * 4 / 3, EventsPerKind = Math.Max(2, size / 50) }).Make();
}
