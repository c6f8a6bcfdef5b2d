using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Guardian.Demo;

/// <summary>Tells the story as it happens, one line a step, and keeps the report.</summary>
internal sealed class Narrator(IReadOnlyList<string> names)
{
    private const int LinesInFile = 4;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<StepReport> _steps = [];
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private Stopwatch _watch = Stopwatch.StartNew();
    private bool _progressShown;
    private double _nextLogged;

    /// <summary>Whether every step of the story has been told, and held.</summary>
    public bool Ok => _steps.Select(s => s.Name).SequenceEqual(names) && _steps.TrueForAll(s => s.Ok);

    /// <summary>The next step's time counts from here.</summary>
    public void Begin() => _watch = Stopwatch.StartNew();

    /// <summary>A step is over. A failed one ends the story.</summary>
    public void Step(string name, bool ok, string detail)
    {
        double seconds = Seconds();
        _steps.Add(new StepReport(name, ok, seconds, detail));
        ClearProgress();
        _nextLogged = 0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(ok ? "ok  " : "FAIL")} {name,-13}{seconds,7:0.0} s  {detail}"));
        Begin();
        if (!ok)
        {
            throw new StoryFailedException($"{name}: {detail}");
        }
    }

    /// <summary>The story has ended before its end: the step that was in progress has failed.</summary>
    /// <returns>The step.</returns>
    public string Fail(string detail)
    {
        ClearProgress();
        if (_steps.Find(s => !s.Ok) is { } failed)
        {
            return failed.Name;
        }

        // After the last step nothing is in progress; what fails then is charged to it.
        string name = names[Math.Min(_steps.Count, names.Count - 1)];
        _steps.RemoveAll(s => s.Name == name);
        _steps.Add(new StepReport(name, false, Seconds(), detail));
        return name;
    }

    /// <summary>Part of the present step is done. A terminal shows one changing line, a file a few.</summary>
    public void Progress(string text, double share)
    {
        if (_terminal)
        {
            const int width = 24;
            int filled = (int)(Math.Clamp(share, 0, 1) * width);
            Console.Write($"\r     [{new string('#', filled)}{new string('.', width - filled)}] {text}\u001b[K");
            _progressShown = true;
        }
        else if (share >= _nextLogged)
        {
            Console.WriteLine($"     ... {text}");
            _nextLogged = share + (1.0 / LinesInFile);
        }
    }

    public async Task SaveAsync(string file) =>
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { steps = _steps, ok = Ok }, Json) + "\n");

    private double Seconds() => Math.Round(_watch.Elapsed.TotalSeconds, 2);

    private void ClearProgress()
    {
        if (_progressShown)
        {
            Console.Write("\r\u001b[K");
            _progressShown = false;
        }
    }
}
