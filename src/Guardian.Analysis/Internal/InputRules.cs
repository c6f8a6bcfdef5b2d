namespace Guardian.Analysis;

/// <summary>Holds what callers give against the documented bounds; every message names the field and the limit.</summary>
internal static class InputRules
{
    private const int MaxCamera = 128, MaxSource = 256, MaxType = 64, MaxLabel = 64, MaxObjects = 1000, MaxSide = 16384;
    private const double MaxCoordinate = 1e6;

    public static void CheckCamera(string cameraId)
    {
        ArgumentNullException.ThrowIfNull(cameraId);
        Require(cameraId.Length is >= 1 and <= MaxCamera, "cameraId", $"1 to {MaxCamera} characters are needed, not {cameraId.Length}");
    }

    public static void Check(BaselineObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        Require(observation.SourceId?.Length is >= 1 and <= MaxSource, nameof(observation.SourceId), $"1 to {MaxSource} characters are needed");
        Require(
            observation.Width is >= 1 and <= MaxSide && observation.Height is >= 1 and <= MaxSide, "Width, Height",
            $"1 to {MaxSide} pixels are taken, not {observation.Width}x{observation.Height}");
        CheckObjects(observation.Objects, nameof(observation.Objects));
    }

    public static void Check(AnalysisRequest request, int maxFrames)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckCamera(request.CameraId);
        Require(request.EventType?.Length is <= MaxType, nameof(request.EventType), $"at most {MaxType} characters are taken");
        Require(request.Frames?.Count <= maxFrames, nameof(request.Frames), $"at most {maxFrames} are taken");
        Require(request.EdgeConfidence is >= 0 and <= 1, nameof(request.EdgeConfidence), "it must be from 0 to 1");
        Require(double.IsFinite(request.EdgeScore), nameof(request.EdgeScore), "it must be finite");
        Require(double.IsFinite(request.EdgeThreshold), nameof(request.EdgeThreshold), "it must be finite");
        CheckObjects(request.EdgeDetections, nameof(request.EdgeDetections));
    }

    private static void CheckObjects(IReadOnlyList<DetectedObject>? objects, string field)
    {
        Require(objects?.Count <= MaxObjects, field, $"at most {MaxObjects} are taken");
        foreach (DetectedObject o in objects!)
        {
            Require(o.Label?.Length is <= MaxLabel, field, $"labels of at most {MaxLabel} characters are taken");
            Require(o.Confidence is >= 0 and <= 1, field, "confidence must be from 0 to 1");
            Require(
                Math.Abs(o.X) <= MaxCoordinate && Math.Abs(o.Y) <= MaxCoordinate && o.Width is >= 0 and <= MaxCoordinate && o.Height is >= 0 and <= MaxCoordinate, field,
                $"boxes must be finite, of no negative size and within {MaxCoordinate:0} pixels");
        }
    }

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{field}: {rule}");
        }
    }
}
