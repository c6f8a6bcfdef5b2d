using System.Globalization;
using Guardian.SceneSets;

namespace Guardian.Bench.Scenes;

/// <summary>Scene sets as folders: <c>normal/*.jpg</c> as <c>guardian train</c> reads them, <c>judge/NUMBER_KIND_CONDITION_EVENT.jpg</c> with the ground truth in the names.</summary>
internal static class SceneFolder
{
    public static void Write(SceneSet set, string root)
    {
        string normal = Directory.CreateDirectory(Path.Combine(root, set.Name, "normal")).FullName, judge = Directory.CreateDirectory(Path.Combine(root, set.Name, "judge")).FullName;
        foreach ((int i, byte[] jpeg) in set.Training.Index())
        {
            File.WriteAllBytes(Path.Combine(normal, $"{i:00000}.jpg"), jpeg);
        }

        foreach ((int i, SceneFrame frame) in set.Judging.Index())
        {
            string kind = frame.Kind?.ToString() ?? "Normal";
            File.WriteAllBytes(Path.Combine(judge, $"{i:00000}_{kind}_{frame.Condition.Replace(' ', '-')}_{frame.Event}.jpg"), frame.Jpeg);
        }
    }

    public static SceneSet Read(string folder) => new(
        Path.GetFileName(folder),
        Directory.GetFiles(Path.Combine(folder, "normal"), "*.jpg").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        Directory.GetFiles(Path.Combine(folder, "judge"), "*.jpg").Order(StringComparer.Ordinal).Select(Frame));

    private static SceneFrame Frame(string file)
    {
        string[] parts = Path.GetFileNameWithoutExtension(file).Split('_');
        AnomalyKind? kind = Enum.TryParse(parts[1], out AnomalyKind named) ? named : null;
        return new SceneFrame(File.ReadAllBytes(file), kind, parts[2].Replace('-', ' '), int.Parse(parts[3], CultureInfo.InvariantCulture));
    }
}
