namespace Guardian.Storage;

/// <summary>What an entry of the evidence log is about. The numbers are part of the format: docs/formats/evidence-log.md.</summary>
public enum EvidenceKind
{
    /// <summary>The node acknowledged an object: from here on it answers for these bytes.</summary>
    Acceptance = 1,

    /// <summary>An object reached the archive.</summary>
    Archive = 2,

    /// <summary>Somebody read an object.</summary>
    Access = 3,

    /// <summary>A decision about how long an object stays: a hold set or lifted, an expiry.</summary>
    Retention = 4,

    /// <summary>An object was erased; what the log knew of it is gone as well, but for what the receipt needs.</summary>
    Erasure = 5,

    /// <summary>A key that signs the log, with the endorsement of the key before it.</summary>
    Key = 6,

    /// <summary>A link that lets one viewer read one object was made or revoked.</summary>
    Link = 7,
}
