using System.Net;

namespace Guardian.ReferenceHost.Composition;

/// <summary>What the command line says about a node.</summary>
internal sealed record HostSettings
{
    /// <summary>The file in the data folder that holds what the operator sets beyond the command line.</summary>
    public const string ConfigurationFileName = "guardian.json";

    public const string ArchiveFolderName = "archive";

    /// <summary>Folder of everything the node keeps.</summary>
    public required string Data { get; init; }

    /// <summary>Address of the API and console.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port of the API and console; 0 lets the system choose.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Address that the edge and enrolment ports listen on.</summary>
    public IPAddress EdgeAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Port of the edge API; 0 lets the system choose.</summary>
    public int EdgePort { get; init; } = 8443;

    /// <summary>Port of the enrolment API; 0 lets the system choose.</summary>
    public int EnrollmentPort { get; init; } = 8444;

    /// <summary>The name or address under which edges reach the node.</summary>
    public string PublicHost { get; init; } = "127.0.0.1";

    /// <summary>host:port under which edges reach the node's WireGuard; null for a node without a tunnel, unless <c>guardian.json</c> says otherwise.</summary>
    public string? WireGuardEndpoint { get; init; }

    /// <summary>PEM file of the customer's public key; null to use the one kept from an earlier start.</summary>
    public string? CustomerKey { get; init; }

    public string CustomerKeyFile => Path.Combine(Data, "customer.pub.pem");

    public string ApiTokenFile => Path.Combine(Data, "api-token.sha256");

    /// <summary>What the operator sets beyond the command line; need not be there.</summary>
    public string ConfigurationFile => Path.Combine(Data, ConfigurationFileName);

    /// <summary>Where sealed objects last, unless an S3 server is configured.</summary>
    public string ArchiveFolder => Path.Combine(Data, ArchiveFolderName);

    public string NodeInfoFile => Path.Combine(Data, "node.json");
}
