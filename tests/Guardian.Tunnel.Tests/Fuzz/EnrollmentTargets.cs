using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>The methods of enrolment, with valid calls of each.</summary>
internal static class EnrollmentTargets
{
    /// <summary>Stands for a token.</summary>
    public static Placeholder Token { get; } = new("???????????????????????????????????????????");

    /// <summary>Stands for a camera that nobody has.</summary>
    public static Placeholder Camera { get; } = new("camera-?????");

    private const string Service = "edge.enrollment.EnrollmentService/";
    private const int MaxMessage = 64 << 10;

    /// <summary>A request for a P-256 key that nobody holds any more, made by OpenSSL.</summary>
    private static readonly ByteString CertificateRequest = ByteString.FromBase64(
        "MIHIMHECAQAwDzENMAsGA1UEAwwEZWRnZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABF6IkQN75GBvr0hxOBWfxp6x83zVAJLjPymkD9tcnUl4V2VMBEz0mvOO4IFSsPiRIfi0szfmCRjsr1UR1zzJwwKgADAKBggqhkjOPQQDAgNHADBEAiBsglcYG5Ik"
        + "uTJliU3TbMMnlsASP9rTZaOUSaJGbc6gVQIgNXDCzYN4Zt+nIPGqkDoY1E0KWcQ6GFk/5uU8kOSOX9g=");

    private static readonly ByteString Key = ByteString.CopyFrom([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    public static FuzzTarget GetAuthority { get; } = new(Service + "GetAuthority", GetAuthorityRequest.Parser, new GetAuthorityRequest(), new GetTunnelRequest { WireguardPublicKey = Key })
    {
        Statuses = [StatusCode.OK],
        MaxMessage = MaxMessage,
    };

    public static FuzzTarget Enroll { get; } = new(
        Service + "Enroll",
        EnrollRequest.Parser,
        new EnrollRequest { Token = Token.Text, CertificateRequest = CertificateRequest, Software = "edge 1.0", CameraIds = { Camera.Text }, WireguardPublicKey = Key },
        new EnrollRequest { Token = Token.Text, CertificateRequest = CertificateRequest })
    {
        // Never RESOURCE_EXHAUSTED, for the test lets a minute pass before an address is wrong too often.
        Statuses = [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.PermissionDenied],
        MaxMessage = MaxMessage,
    };

    public static FuzzTarget Renew { get; } = new(Service + "RenewCertificate", RenewCertificateRequest.Parser, new RenewCertificateRequest { CertificateRequest = CertificateRequest })
    {
        Statuses = [StatusCode.OK, StatusCode.InvalidArgument],
        MaxMessage = MaxMessage,
    };

    /// <summary>On the edge port.</summary>
    public static FuzzTarget GetTunnel { get; } = NewGetTunnel(StatusCode.OK, StatusCode.InvalidArgument);

    /// <summary>On the enrolment port, the way back into the tunnel.</summary>
    public static FuzzTarget GetTunnelOutside { get; } = NewGetTunnel(StatusCode.OK, StatusCode.FailedPrecondition);

    /// <summary>Each method as often as it has to bear.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } = [Enroll, Renew, GetTunnel, Enroll, Renew, GetTunnelOutside, Enroll, Renew, GetAuthority, Enroll];

    private static FuzzTarget NewGetTunnel(params StatusCode[] statuses) => new(Service + "GetTunnel", GetTunnelRequest.Parser, new GetTunnelRequest { WireguardPublicKey = Key })
    {
        Statuses = statuses,
        MaxMessage = MaxMessage,
    };
}
