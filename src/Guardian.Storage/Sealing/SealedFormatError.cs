namespace Guardian.Storage;

/// <summary>Why bytes are not a sealed object, or cannot be opened.</summary>
public enum SealedFormatError
{
    /// <summary>The bytes end before the header does, or before the last chunk.</summary>
    Truncated = 1,

    /// <summary>The first eight bytes are not the magic: this is some other file, most likely an unsealed one.</summary>
    NotSealed,

    /// <summary>The format version is one that this code does not know.</summary>
    UnknownVersion,

    /// <summary>The algorithm suite is one that this code does not know.</summary>
    UnknownSuite,

    /// <summary>A header field is outside of its range.</summary>
    BadHeader,

    /// <summary>The payload's length is not one that chunks can add up to.</summary>
    BadFraming,

    /// <summary>None of the recipients is the key at hand.</summary>
    NoSuchRecipient,

    /// <summary>A tag or the header's MAC does not verify: the bytes were changed, reordered, cut or spliced.</summary>
    NotAuthentic,
}
