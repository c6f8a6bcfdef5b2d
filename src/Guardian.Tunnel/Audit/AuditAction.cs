namespace Guardian.Tunnel;

/// <summary>What the audit log records. The numbers are stored and never change.</summary>
public enum AuditAction
{
    /// <summary>The operator added an edge.</summary>
    EdgeAdded = 1,

    /// <summary>An edge enrolled.</summary>
    EdgeEnrolled = 2,

    /// <summary>An enrolment was refused.</summary>
    EnrollmentRefused = 3,

    /// <summary>An edge renewed its certificate.</summary>
    CertificateRenewed = 4,

    /// <summary>An edge was shut out.</summary>
    EdgeRevoked = 5,

    /// <summary>The operator made a new token for an edge.</summary>
    ReenrollmentAllowed = 6,

    /// <summary>A call of an edge was refused.</summary>
    CallRefused = 7,

    /// <summary>An edge was refused for a camera that is not its own.</summary>
    CameraRefused = 8,

    /// <summary>A camera became an edge's.</summary>
    CameraAssigned = 9,

    /// <summary>A camera was taken from an edge.</summary>
    CameraReleased = 10,

    /// <summary>A command was queued.</summary>
    CommandIssued = 11,

    /// <summary>A command has its outcome.</summary>
    CommandSettled = 12,

    /// <summary>An edge's end of the tunnel has a new key.</summary>
    TunnelKeyChanged = 13,

    /// <summary>The node's certificate authority was replaced, or the overlap with the former one ended.</summary>
    AuthorityRotated = 14,

    /// <summary>The node's tunnel key was prepared or changed.</summary>
    NodeKeyRotated = 15,

    /// <summary>The operator changed what is kept of an edge.</summary>
    EdgeChanged = 16,
}
