namespace Guardian.Grpc;

/// <summary>Whether a service takes calls. Numbers are those of <c>grpc.health.v1</c>.</summary>
public enum ServingStatus
{
    /// <summary>Not known yet.</summary>
    Unknown = 0,

    /// <summary>It takes calls.</summary>
    Serving = 1,

    /// <summary>It exists and takes no calls now.</summary>
    NotServing = 2,

    /// <summary>The server has no status under that name. Only a server says so, it cannot be set.</summary>
    ServiceUnknown = 3,
}
