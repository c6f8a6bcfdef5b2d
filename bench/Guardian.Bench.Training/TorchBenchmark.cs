using System.Diagnostics;
using System.Globalization;

namespace Guardian.Bench.Training;

/// <summary>Runs torch_step.py with the system's Python, where that has PyTorch.</summary>
internal static class TorchBenchmark
{
    private const string Python = "/usr/bin/python3";

    public static TorchResult Run(int batch, int steps, int threads)
    {
        if (!File.Exists(Python) || Execute("-c", "import torch") is null)
        {
            return new TorchResult(null, $"'import torch' fails in {Python} (Debian: apt-get install python3-torch libopenblas0-openmp)");
        }

        string script = Path.Combine(AppContext.BaseDirectory, "torch_step.py");
        string? output = Execute(script, Text(batch), Text(steps), Text(threads));
        return output?.Trim().Split(' ') is [{ } version, { } median]
            ? new TorchResult(double.Parse(median, CultureInfo.InvariantCulture), version)
            : new TorchResult(null, "torch_step.py failed");
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Execute(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : null;
    }
}
