namespace Guardian.SceneSets;

/// <summary>One frame with its ground truth.</summary>
/// <param name="Jpeg">The JPEG file.</param>
/// <param name="Kind">What is wrong in it; null when it is normal.</param>
/// <param name="Condition">The light it was taken in: "day", "dusk", "night", "rain" or "night rain".</param>
/// <param name="Event">Frames of one event have one number; 0 for normal frames.</param>
public sealed record SceneFrame(byte[] Jpeg, AnomalyKind? Kind, string Condition, int Event);
