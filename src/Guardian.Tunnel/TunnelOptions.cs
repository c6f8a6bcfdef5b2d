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

    /// <summary>Locks the files of the node's private keys; null leaves them readable to whoever has the disk. Setting it locks files that are not locked yet.</summary>
    public string? KeyPassphrase { get; set; }

    /// <summary>A file, best on another medium, whose first line is <see cref="KeyPassphrase"/>; null for none.</summary>
    public string? KeyPassphraseFile { get; set; }

    /// <summary>How long after its enrolment an edge whose cameras the operator did not name may name them itself. Default 1 hour; 0 to 30 days.</summary>
    public TimeSpan CameraClaimWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Wrong tokens from one address within a minute, after which it waits until the minute is over. Default 10; 1 to 1000.</summary>
    public int WrongTokenLimit { get; set; } = 10;

    /// <summary>Without a sign of life for this long, an edge is silent. Default 2 minutes; 1 second to 1 day.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Without a sign of life for this long, an edge is gone. Default 1 hour; <see cref="SilentAfter"/> to 365 days.</summary>
    public TimeSpan GoneAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often an edge is pinged over its command stream. Default 15 seconds; 1 second to 1 hour.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call to an edge that serves <c>edge.control</c> may take. Default 30 seconds; 1 second to 10 minutes.</summary>
    public TimeSpan ControlTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Edges that download a model at the same time; the others wait, so that a rollout to thousands takes a bounded part of memory and line. Default 64; 1 to 10000.</summary>
    public int MaxModelDownloads { get; set; } = 64;

    /// <summary>Bytes of models that all edges together get in a second, so that a rollout leaves processors and line to events. Default 40 000 000; 100 000 to 10 000 000 000.</summary>
    public long MaxModelBytesPerSecond { get; set; } = 40_000_000;

    /// <summary>How long telemetry is kept.</summary>
    public TelemetryOptions Telemetry { get; } = new();

    /// <summary>From where on an edge is degraded or unhealthy.</summary>
    public HealthOptions Health { get; } = new();

    /// <summary>SubjectPublicKeyInfo (DER) of everyone clips are to be sealed to; handed to edges when they enrol.</summary>
    public IList<byte[]> Recipients { get; } = [];

    /// <summary>The passphrase of the private keys, from wherever these options say.</summary>
    /// <returns>Null when the keys are not locked.</returns>
    /// <exception cref="TunnelException">The file cannot be read or its first line is empty.</exception>
    public string? ReadKeyPassphrase()
    {
        if (KeyPassphraseFile is null)
        {
            return string.IsNullOrEmpty(KeyPassphrase) ? null : KeyPassphrase;
        }

        try
        {
            return File.ReadLines(KeyPassphraseFile).FirstOrDefault() is { Length: > 0 } line ? line : throw new TunnelException($"{Section}:{nameof(KeyPassphraseFile)}: the file's first line is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException($"{Section}:{nameof(KeyPassphraseFile)}: {e.Message}", innerException: e);
        }
    }

    /// <summary>The node's WireGuard tunnel. With it the edge API listens in the tunnel alone, and <see cref="EdgeAddress"/> counts for nothing.</summary>
    public WireGuardOptions WireGuard { get; } = new();

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
        Check(CameraClaimWindow >= TimeSpan.Zero && CameraClaimWindow <= TimeSpan.FromDays(30), nameof(CameraClaimWindow), "must be from 0 to 30 days");
        Check(WrongTokenLimit is >= 1 and <= 1000, nameof(WrongTokenLimit), "must be from 1 to 1000");
        Check(SilentAfter >= TimeSpan.FromSeconds(1) && SilentAfter <= TimeSpan.FromDays(1), nameof(SilentAfter), "must be from 1 second to 1 day");
        Check(GoneAfter >= SilentAfter && GoneAfter <= TimeSpan.FromDays(365), nameof(GoneAfter), "must be from SilentAfter to 365 days");
        Check(PingInterval >= TimeSpan.FromSeconds(1) && PingInterval <= TimeSpan.FromHours(1), nameof(PingInterval), "must be from 1 second to 1 hour");
        Check(ControlTimeout >= TimeSpan.FromSeconds(1) && ControlTimeout <= TimeSpan.FromMinutes(10), nameof(ControlTimeout), "must be from 1 second to 10 minutes");
        Check(MaxModelDownloads is >= 1 and <= 10_000, nameof(MaxModelDownloads), "must be from 1 to 10000");
        Check(MaxModelBytesPerSecond is >= 100_000 and <= 10_000_000_000, nameof(MaxModelBytesPerSecond), "must be from 100000 to 10000000000");
        Check(KeyPassphrase is null || KeyPassphraseFile is null, nameof(KeyPassphraseFile), "must not be set together with KeyPassphrase");
        errors.AddRange(WireGuard.Validate());
        errors.AddRange(Telemetry.Validate());
        errors.AddRange(Health.Validate());
        return errors;
    }
}
