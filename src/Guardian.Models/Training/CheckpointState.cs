namespace Guardian.Models.Training;

/// <summary>A training after an epoch, apart from its tensors. The order of frames follows from seed and epoch.</summary>
/// <param name="Steps">Training steps done.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="BestEpoch">The epoch with the best validation error, from 1.</param>
/// <param name="BestError">That error.</param>
/// <param name="Loss">The last epoch's loss.</param>
/// <param name="Elapsed">Time used.</param>
/// <param name="PatchErrors">The held-out frames' patch errors of the best epoch.</param>
internal sealed record CheckpointState(int Steps, int Epoch, int BestEpoch, double BestError, double Loss, TimeSpan Elapsed, float[][] PatchErrors);
