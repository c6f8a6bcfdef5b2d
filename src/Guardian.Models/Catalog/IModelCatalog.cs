namespace Guardian.Models;

/// <summary>Trained models with their versions, files and status. Thread-safe.</summary>
public interface IModelCatalog
{
    /// <summary>Stores a model durably under a new id and the camera's next version, with status <see cref="ModelStatus.Ready"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">For people, 1 to 200 characters; null is "{camera} {version}".</param>
    /// <param name="cancellationToken">Gives up; the model may be stored nevertheless.</param>
    /// <exception cref="ArgumentException">A name or the size of the model is outside its bounds.</exception>
    /// <exception cref="ModelException">The store failed, for example a full disk; nothing half-written stays.</exception>
    Task<CatalogModel> RegisterAsync(TrainedModel model, string? name, CancellationToken cancellationToken);

    /// <summary>A model, or null.</summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<CatalogModel?> GetAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>Models, newest version first within a camera.</summary>
    /// <param name="cameraId">Only this camera's; null is all.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<CatalogModel>> ListAsync(string? cameraId, CancellationToken cancellationToken);

    /// <summary>The model a camera works with, or null.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<CatalogModel?> ActiveForCameraAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>The bytes of model.onnx, already checked against the catalog's hash; the stream can seek.</summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ModelException">No such model, or its file is missing or not what was registered.</exception>
    Task<Stream> OpenAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>Changes a model's status. Making one <see cref="ModelStatus.Active"/> archives the camera's active one in the same commit.</summary>
    /// <param name="modelId">Its id.</param>
    /// <param name="status">The new status.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may happen nevertheless.</param>
    /// <returns>False when there is no such model.</returns>
    Task<bool> SetStatusAsync(string modelId, ModelStatus status, CancellationToken cancellationToken);
}
