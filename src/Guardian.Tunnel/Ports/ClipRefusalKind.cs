namespace Guardian.Tunnel;

/// <summary>Why a clip is not taken; decides the gRPC status.</summary>
public enum ClipRefusalKind
{
    /// <summary>It is not sealed, or not whole: FAILED_PRECONDITION.</summary>
    NotSealed = 1,

    /// <summary>It does not start or go on where the stored bytes end: OUT_OF_RANGE.</summary>
    WrongOffset,

    /// <summary>A bound is met: RESOURCE_EXHAUSTED.</summary>
    LimitReached,

    /// <summary>Another call is uploading it: ABORTED.</summary>
    Busy,

    /// <summary>Nothing tells which camera it belongs to, or its event was erased: NOT_FOUND.</summary>
    UnknownEvent,

    /// <summary>Its event is another edge's: PERMISSION_DENIED.</summary>
    NotYours,
}
