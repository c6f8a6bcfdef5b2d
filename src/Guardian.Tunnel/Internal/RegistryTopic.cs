namespace Guardian.Tunnel;

/// <summary>What of the registry may be changed by another process while the gateway runs.</summary>
internal enum RegistryTopic
{
    /// <summary>Edges' right to speak.</summary>
    Edges = 1,

    /// <summary>Who speaks for which camera.</summary>
    Cameras = 2,

    /// <summary>Commands.</summary>
    Commands = 3,

    /// <summary>Keys and addresses of the tunnel.</summary>
    Tunnel = 4,

    /// <summary>The node's certificate authority.</summary>
    Authority = 5,
}
