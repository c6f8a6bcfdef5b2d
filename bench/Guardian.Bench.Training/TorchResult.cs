namespace Guardian.Bench.Training;

/// <summary>PyTorch's version and median milliseconds, or the reason why there is no figure.</summary>
internal sealed record TorchResult(double? Median, string Text);
