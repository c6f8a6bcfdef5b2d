using System.Globalization;
using Guardian.Bench.Training;

int steps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
int threads = Math.Min(2, Environment.ProcessorCount);
Console.WriteLine($"{Environment.ProcessorCount} processors, {threads} threads, batch {StepBenchmark.Batch}, 224x224, {steps} steps after warm-up");
double ours = StepBenchmark.MedianMilliseconds(steps, threads);
Console.WriteLine(FormattableString.Invariant($"Guardian.Models (ONNX Runtime, one graph): {ours:0.0} ms per step (median)"));
TorchResult torch = TorchBenchmark.Run(StepBenchmark.Batch, steps, threads);
Console.WriteLine(
    torch.Median is { } theirs
        ? FormattableString.Invariant($"PyTorch {torch.Text}: {theirs:0.0} ms per step (median); ratio ours/PyTorch {ours / theirs:0.00}")
        : $"PyTorch: not measured, {torch.Text}");
foreach ((int width, int height) in new[] { (640, 480), (1920, 1080) })
{
    Console.WriteLine(FormattableString.Invariant(
        $"Scoring {width}x{height} decoded frames, one thread: {ScoringBenchmark.FramesPerSecond(width, height):0} frames/s"));
}
