namespace Guardian.Models;

/// <summary>One model on its way to one edge.</summary>
public sealed record ModelDeployment
{
    /// <summary>The deployment's id, a UUID as text.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>The edge that serves the camera.</summary>
    public required string EdgeId { get; init; }

    /// <summary>The model.</summary>
    public required string ModelId { get; init; }

    /// <summary>True when the edge is to stop working with the model and go on without one.</summary>
    public bool IsWithdrawal { get; init; }

    /// <summary>How far it is.</summary>
    public required DeploymentState State { get; init; }

    /// <summary>Bytes of the model file.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the model file, which the edge must find and report; 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it was ordered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The hash the edge reported, or null.</summary>
    public string? ReportedSha256 { get; init; }

    /// <summary>The probe score the edge reported, or null.</summary>
    public double? ProbeScore { get; init; }

    /// <summary>Milliseconds for one frame that the edge reported, or null.</summary>
    public double? MillisecondsPerFrame { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; init; }
}
