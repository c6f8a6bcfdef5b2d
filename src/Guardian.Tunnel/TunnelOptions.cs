using System.Net;

namespace Guardian.Tunnel;

/// <summary>Where the gateway listens, what it keeps and what its bounds are.</summary>
public sealed class TunnelOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Tunnel";

    /// <summary>Folder of the registry and the CA's key. Required; made readable by the owner only.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Address of the edge API. Default: loopback.</summary>
    public IPAddress EdgeAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Port of the edge API (mutual TLS). Default 8443; 0 lets the system choose.</summary>
    public int EdgePort { get; set; } = 8443;

    /// <summary>Address of the enrolment API. Default: loopback.</summary>
    public IPAddress EnrollmentAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Port of the enrolment API (TLS, no client certificate). Default 8444; 0 lets the system choose.</summary>
    public int EnrollmentPort { get; set; } = 8444;

    /// <summary>The name or address under which edges reach this node; goes into bundles and certificates. Default <c>127.0.0.1</c>.</summary>
    public string PublicHost { get; set; } = "127.0.0.1";

    /// <summary>How long an edge's certificate is good. Default 90 days; 1 hour to 825 days.</summary>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>SubjectPublicKeyInfo (DER) of everyone clips are to be sealed to; handed to edges when they enrol.</summary>
    public IList<byte[]> Recipients { get; } = [];

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{Section}:{key} {rule}");
            }
        }

        Check(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), "must name a folder");
        Check(EdgePort is >= 0 and <= 65535, nameof(EdgePort), "must be from 0 to 65535");
        Check(EnrollmentPort is >= 0 and <= 65535, nameof(EnrollmentPort), "must be from 0 to 65535");
        Check(EdgePort == 0 || EdgePort != EnrollmentPort, nameof(EnrollmentPort), "must differ from EdgePort");
        Check(Uri.CheckHostName(PublicHost) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6, nameof(PublicHost), "must be a host name or an IP address");
        Check(CertificateLifetime >= TimeSpan.FromHours(1) && CertificateLifetime <= TimeSpan.FromDays(825), nameof(CertificateLifetime), "must be from 1 hour to 825 days");
        return errors;
    }
}
