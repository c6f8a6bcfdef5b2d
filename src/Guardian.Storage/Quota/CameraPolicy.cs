namespace Guardian.Storage;

/// <summary>What one camera has of its own; what is null is as for every camera.</summary>
public sealed class CameraPolicy
{
    /// <summary>Sealed bytes that it may use; at least 1.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>How long its objects are kept.</summary>
    public RetentionRule? Retention { get; set; }
}
