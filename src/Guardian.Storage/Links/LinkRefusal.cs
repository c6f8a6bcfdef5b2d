namespace Guardian.Storage;

/// <summary>Why a link's token does not open an object.</summary>
public enum LinkRefusal
{
    /// <summary>It is not a token, or no key of this node signed it.</summary>
    NotGenuine = 1,

    /// <summary>Its time is over, has not begun, or is longer than the node allows.</summary>
    Expired,

    /// <summary>It was revoked.</summary>
    Revoked,

    /// <summary>It opens another object.</summary>
    OtherObject,
}
