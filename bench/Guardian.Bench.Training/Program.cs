using System.Globalization;
using Guardian.Bench.Training;

int steps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
int threads = Math.Min(2, Environment.ProcessorCount);
Console.WriteLine($"{Environment.ProcessorCount} processors, {threads} threads, batch {StepBenchmark.Batch}, 224x224, {steps} steps after warm-up");
await ModelBenchmark.RunAsync();
double ours = StepBenchmark.MedianMilliseconds(steps, threads);
Console.WriteLine(FormattableString.Invariant($"Guardian.Models (ONNX Runtime, one graph): {ours:0.0} ms per step (median)"));
TorchResult torch = TorchBenchmark.Run(StepBenchmark.Batch, steps, threads);
Console.WriteLine(
    torch.Median is { } theirs
        ? FormattableString.Invariant($"PyTorch {torch.Text}: {theirs:0.0} ms per step (median); ratio ours/PyTorch {ours / theirs:0.00}")
        : $"PyTorch: not measured, {torch.Text}");
using ScoringBenchmark scoring = await ScoringBenchmark.PrepareAsync();
(double score, double bare, double two) = scoring.FramesPerSecond();
Console.WriteLine(FormattableString.Invariant(
    $"JPEG 640x480 to score, one thread: {score:0} frames/s; libjpeg-turbo and ONNX Runtime alone {bare:0}; time ratio {bare / score:0.00}; two threads {two:0} frames/s; model {scoring.ModelMegabytes:0.0} MB"));
