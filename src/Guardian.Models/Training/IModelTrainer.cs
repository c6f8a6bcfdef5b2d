namespace Guardian.Models;

/// <summary>Makes a model of what is normal for one camera. Implementations are thread-safe.</summary>
public interface IModelTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="request">Frames and options.</param>
    /// <param name="progress">Told after every epoch; may be null.</param>
    /// <param name="cancellationToken">Ends the training within a step.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The camera id or an option is outside its bounds; the message names it and the bound.</exception>
    /// <exception cref="ModelException">Too few readable frames, or ONNX Runtime failed.</exception>
    Task<TrainedModel> TrainAsync(TrainingRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken);
}
