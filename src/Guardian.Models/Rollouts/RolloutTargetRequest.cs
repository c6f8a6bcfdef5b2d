namespace Guardian.Models;

/// <summary>One edge and camera that a rollout is for.</summary>
/// <param name="EdgeId">The edge.</param>
/// <param name="CameraId">The camera that the edge is to use the model for.</param>
/// <param name="ModelId">The model: one of that camera, or a base model.</param>
/// <param name="AlternativeModelId">The other model of a comparison; null without one.</param>
public sealed record RolloutTargetRequest(string EdgeId, string CameraId, string ModelId, string? AlternativeModelId = null);
