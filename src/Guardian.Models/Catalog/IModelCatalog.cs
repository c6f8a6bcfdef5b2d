namespace Guardian.Models;

/// <summary>Base models and models of single cameras, with their versions, files, lineage and status. Thread-safe.</summary>
public interface IModelCatalog
{
    /// <summary>
    /// Stores a trained model durably with status <see cref="ModelStatus.Ready"/>: under the id and version that <see cref="BeginTrainingAsync"/> took for its camera, else
    /// under a new id and the camera's next version.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="name">For people, 1 to 200 characters; null is "{camera} {version}".</param>
    /// <param name="cancellationToken">Gives up; the model may be stored nevertheless.</param>
    /// <exception cref="ArgumentException">A name or the size of the model is outside its bounds.</exception>
    /// <exception cref="ModelException">A quota is met, which the message names, or the store failed; nothing half-written stays.</exception>
    Task<CatalogModel> RegisterAsync(TrainedModel model, string? name, CancellationToken cancellationToken);

    /// <summary>Stores any model file durably with status <see cref="ModelStatus.Ready"/>. The file is taken as it is; <see cref="IModelImporter"/> checks those of strangers first.</summary>
    /// <param name="model">What is known about it.</param>
    /// <param name="onnx">The file, read to its end; 1 byte to 512 MiB.</param>
    /// <param name="cancellationToken">Gives up; the model may be stored nevertheless.</param>
    /// <exception cref="ArgumentException">A field or the size of the file is outside its bounds.</exception>
    /// <exception cref="ModelException">The version is taken, a quota is met, or the store failed; nothing half-written stays.</exception>
    Task<CatalogModel> RegisterAsync(NewModel model, Stream onnx, CancellationToken cancellationToken);

    /// <summary>Takes a camera's next version for a training that begins. A camera whose training has begun already gives that one again, so a resumed training keeps its id.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="lineage">What is known before it ends.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A model with status <see cref="ModelStatus.Training"/>.</returns>
    Task<CatalogModel> BeginTrainingAsync(string cameraId, ModelLineage lineage, CancellationToken cancellationToken);

    /// <summary>A model, or null.</summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<CatalogModel?> GetAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>Models, newest version first within a camera and within the base models of one name.</summary>
    /// <param name="cameraId">Only this camera's; null is all, base models among them.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<CatalogModel>> ListAsync(string? cameraId, CancellationToken cancellationToken);

    /// <summary>The model a camera works with, or null.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<CatalogModel?> ActiveForCameraAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>
    /// The bytes of model.onnx; the stream can seek. Every 256 KiB are checked against their SHA-256 before any of them is given: reading what was changed on the disk makes the model
    /// <see cref="ModelStatus.Failed"/> and throws <see cref="ModelException"/>.
    /// </summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="ModelException">No such model, it has failed or is being trained, or its file is missing or of another size.</exception>
    Task<Stream> OpenAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>SHA-256 of each 256 KiB of model.onnx, 32 bytes each, one after the other: what a download is checked with piece by piece.</summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="ModelException">No such model, or it has failed or is being trained.</exception>
    Task<ReadOnlyMemory<byte>> ChunkHashesAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a model's status. Making a camera's model <see cref="ModelStatus.Active"/> archives the camera's active one in the same commit. Ready leads to active, archived and failed;
    /// active to archived and failed; archived to ready, active and failed; training to failed; failed to nothing.
    /// </summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="status">The new status.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may happen nevertheless.</param>
    /// <returns>False when there is no such model.</returns>
    /// <exception cref="ModelException">The one status does not lead to the other.</exception>
    Task<bool> SetStatusAsync(string modelId, ModelStatus status, CancellationToken cancellationToken);

    /// <summary>Keeps a model from every clean-up, or lets it go.</summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="isPinned">Whether it is to be kept.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may happen nevertheless.</param>
    /// <returns>False when there is no such model.</returns>
    Task<bool> SetPinnedAsync(string modelId, bool isPinned, CancellationToken cancellationToken);

    /// <summary>
    /// Removes archived and failed models beyond the newest of each camera and name (<see cref="GuardianModelsOptions.KeepModelsPerCamera"/>). What an edge works with or worked with before, what a
    /// rollout needs, and what is pinned stays.
    /// </summary>
    /// <param name="cancellationToken">Ends it between two models.</param>
    Task<ModelCleanup> CleanAsync(CancellationToken cancellationToken);
}
