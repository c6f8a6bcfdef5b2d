using System.Globalization;
using Guardian.Bench.Scenes;
using Guardian.Models;
using Guardian.SceneSets;

// Without arguments all sets are rendered and judged. --write DIR puts them into folders, --read DIR judges such folders, --seed N renders other frames,
// --frames N sets the number of training frames, --set NAME takes one set, --epochs N trains shorter.
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;
int Number(string name, int otherwise) => Option(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

using var video = new VideoFolder();
IEnumerable<SceneSet> sets = Option("--read") is { } read
    ? Directory.GetDirectories(read).Order(StringComparer.Ordinal).Select(SceneFolder.Read)
    : [.. video.Sets(), .. Scenes.All(Number("--seed", 1), Number("--frames", 300))];
var report = new SceneReport(new TrainingOptions { Epochs = Number("--epochs", 40) });
foreach (SceneSet set in sets.Where(s => Option("--set") is not { } wanted || s.Name == wanted))
{
    if (Option("--write") is { } root)
    {
        SceneFolder.Write(set, root);
    }
    else
    {
        await report.JudgeAsync(set);
    }
}

report.Total();
