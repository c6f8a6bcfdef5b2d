namespace Guardian.Models;

/// <summary>What became of an offered snapshot. Apart from <see cref="Accepted"/> and <see cref="Duplicate"/>, nothing of it is kept.</summary>
public enum SnapshotOutcome
{
    /// <summary>Stored durably.</summary>
    Accepted,

    /// <summary>Its id, or the same picture of the same camera, is stored already; sending it again changes nothing.</summary>
    Duplicate,

    /// <summary>Id, camera id, label, time or a condition is malformed.</summary>
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

    /// <summary>The camera's share of the store, or the store, is used up.</summary>
    Quota,

    /// <summary>Looks like a picture that is stored, and the options refuse such.</summary>
    NearDuplicate,

    /// <summary>Of an import: the name leads out of the folder, is absolute, malformed, used twice or too long.</summary>
    BadName,

    /// <summary>Of an import: a link, device, pipe or socket in place of a file.</summary>
    NotAFile,

    /// <summary>Of an import: encrypted or packed in a way that is not supported.</summary>
    Unsupported,

    /// <summary>Of an import: its bytes are not those that the manifest promises.</summary>
    HashMismatch,

    /// <summary>Of an import: the manifest names it, but it is not there.</summary>
    Missing,

    /// <summary>Of an import: it is there, but the manifest does not name it.</summary>
    NotListed,
}
