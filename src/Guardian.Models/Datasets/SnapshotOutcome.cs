namespace Guardian.Models;

/// <summary>What became of an offered snapshot. Apart from <see cref="Accepted"/> and <see cref="Duplicate"/>, nothing of it is kept.</summary>
public enum SnapshotOutcome
{
    /// <summary>Stored durably.</summary>
    Accepted,

    /// <summary>Its id, or the same picture of the same camera, is stored already; sending it again changes nothing.</summary>
    Duplicate,

    /// <summary>Id, camera id, label or time is malformed.</summary>
    InvalidField,

    /// <summary>More bytes than 4 MiB.</summary>
    TooManyBytes,

    /// <summary>Not a JPEG file.</summary>
    NotJpeg,

    /// <summary>Cut off or damaged.</summary>
    Corrupt,

    /// <summary>CMYK or YCCK.</summary>
    ColourSpace,

    /// <summary>Too many pixels.</summary>
    TooLarge,

    /// <summary>Too few pixels.</summary>
    TooSmall,

    /// <summary>The camera's share of the store is used up.</summary>
    Quota,
}
