namespace Guardian.Storage;

/// <summary>How to answer a request that may have a <c>Range</c> header.</summary>
public enum RangeAnswer
{
    /// <summary>The whole object, status 200: there is no header, or one that is to be ignored.</summary>
    Whole = 1,

    /// <summary>Some of it, status 206.</summary>
    Partial,

    /// <summary>Status 416: no range touches the object, or there are too many.</summary>
    NotSatisfiable,
}
