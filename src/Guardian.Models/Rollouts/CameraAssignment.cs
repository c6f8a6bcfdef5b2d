namespace Guardian.Models;

/// <summary>What an edge works with for a camera, as far as it has reported.</summary>
/// <param name="EdgeId">The edge.</param>
/// <param name="CameraId">The camera.</param>
/// <param name="ModelId">The model.</param>
/// <param name="PreviousModelId">What it worked with before; null when that was none.</param>
/// <param name="DeploymentId">The deployment that brought it.</param>
/// <param name="Since">Since when.</param>
public sealed record CameraAssignment(string EdgeId, string CameraId, string ModelId, string? PreviousModelId, string DeploymentId, DateTimeOffset Since);
