namespace Guardian.SceneSets;

/// <summary>A camera's frames: normal ones to learn from, and others to judge by.</summary>
/// <param name="Name">A word for reports and folders.</param>
/// <param name="Training">Normal frames in capture order, made as they are asked for, each time the same.</param>
/// <param name="Judging">Normal frames and events that the training frames have no part in.</param>
public sealed record SceneSet(string Name, IEnumerable<byte[]> Training, IEnumerable<SceneFrame> Judging);
