using System.Globalization;
using Guardian.Bench.Training;

int steps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
int threads = Math.Min(2, Environment.ProcessorCount);
Console.WriteLine($"{Environment.ProcessorCount} processors, {threads} threads, batch {StepBenchmark.Batch}, 224x224, {steps} steps after warm-up");
await ModelBenchmark.RunAsync();

// In turns, so that what else the machine does meets both alike.
const int rounds = 3;
double[] ours = new double[rounds];
var theirs = new TorchResult[rounds];
for (int round = 0; round < rounds; round++)
{
    ours[round] = StepBenchmark.MedianMilliseconds(steps, threads);
    theirs[round] = TorchBenchmark.Run(StepBenchmark.Batch, steps, threads);
}

Console.WriteLine(FormattableString.Invariant($"Guardian.Models (ONNX Runtime, {threads} lanes): {Middle(ours):0.0} ms per step, median of {string.Join(", ", ours.Select(o => FormattableString.Invariant($"{o:0.0}")))}"));
Console.WriteLine(
    theirs.All(t => t.Median is not null)
        ? FormattableString.Invariant(
            $"PyTorch {theirs[0].Text}: {Middle(theirs.Select(t => t.Median!.Value)):0.0} ms per step, median of {string.Join(", ", theirs.Select(t => FormattableString.Invariant($"{t.Median:0.0}")))}; ratio ours/PyTorch {Middle(ours) / Middle(theirs.Select(t => t.Median!.Value)):0.00}")
        : $"PyTorch: not measured, {theirs[0].Text}");
using ScoringBenchmark scoring = await ScoringBenchmark.PrepareAsync();
(double score, double bare, double two) = scoring.FramesPerSecond();
Console.WriteLine(FormattableString.Invariant(
    $"JPEG 640x480 to score, one thread: {score:0} frames/s; libjpeg-turbo and ONNX Runtime alone {bare:0}; time ratio {bare / score:0.00}; two threads {two:0} frames/s; model {scoring.ModelMegabytes:0.0} MB"));

static double Middle(IEnumerable<double> values) => values.Order().ElementAt(rounds / 2);
