using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>The edge's side of enrolment.</summary>
public static class EdgeEnrollment
{
    private static readonly GrpcCallOptions Call = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>
    /// Enrols this machine: 1. fetches the node's CA certificate and holds it against the bundle's fingerprint, sending nothing; 2. connects anew, trusting that
    /// CA alone; 3. makes a key, sends the token and a certificate request, and receives the certificate. The key never leaves this machine.
    /// </summary>
    /// <param name="bundle">From the operator.</param>
    /// <param name="edge">What this edge says of itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The node is not the bundle's, cannot be reached, or refuses the token.</exception>
    public static async Task<EdgeAdmission> EnrollAsync(EnrollmentBundle bundle, EdgeDescription edge, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(edge);
        using X509Certificate2 authority = await FetchAuthorityAsync(bundle, cancellationToken).ConfigureAwait(false);
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using GrpcChannel channel = EdgeChannel.Open(bundle.Address, [authority], certificate: null);
            var request = new EnrollRequest
            {
                Token = bundle.Token,
                Software = edge.Software,
                CertificateRequest = ByteString.CopyFrom(MakeRequest(key)),
                WireguardPublicKey = ByteString.CopyFrom(edge.TunnelPublicKey ?? []),
            };
            request.CameraIds.AddRange(edge.Cameras);
            EnrollResponse response = await channel.UnaryAsync(EdgeMethods.Enroll, request, Call, cancellationToken).ConfigureAwait(false);
            if (!EdgeId.TryParse(response.EdgeId, out EdgeId id))
            {
                throw new TunnelException("enrolment: the node gave no edge id");
            }

            var credentials = new EdgeCredentials(
                id, response.EdgeAddress, response.EnrollmentAddress, Combine(response.Certificate, key), LoadAuthorities(response.TrustedAuthorities, response.CaCertificate),
                [.. response.Recipients.Select(r => r.ToByteArray())]);
            return new EdgeAdmission(credentials, response.Tunnel);
        }
        catch (Exception e) when (e is RpcException or CryptographicException or UriFormatException)
        {
            throw new TunnelException($"enrolment: {(e as RpcException)?.Detail ?? e.Message}", e is RpcException { IsTransient: true }, e);
        }
    }

    internal static byte[] MakeRequest(ECDsa key) => new CertificateRequest("CN=guardian-edge", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    internal static X509Certificate2 Combine(ByteString certificate, ECDsa key)
    {
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(certificate.Span);
        return bare.CopyWithPrivateKey(key);
    }

    /// <summary>What the node trusts, as an answer over a connection that is trusted already says it. An earlier node names one authority only.</summary>
    internal static IReadOnlyList<X509Certificate2> LoadAuthorities(IReadOnlyCollection<ByteString> trusted, ByteString single) =>
        [.. (trusted.Count > 0 ? trusted : [single]).Select(a => X509CertificateLoader.LoadCertificate(a.Span))];

    private static async Task<X509Certificate2> FetchAuthorityAsync(EnrollmentBundle bundle, CancellationToken cancellationToken)
    {
        // Whoever answers is a stranger until its CA has the fingerprint; nothing is said to it but this question.
        var options = new GrpcChannelOptions
        {
#pragma warning disable CA5359 // On purpose: the fingerprint below is the verification, and the token is sent over another connection that trusts that CA alone.
            ConfigureHandler = handler => handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
        };
        using var channel = new GrpcChannel(new Uri($"https://{bundle.Address}"), options);
        try
        {
            GetAuthorityResponse response = await channel.UnaryAsync(EdgeMethods.GetAuthority, new GetAuthorityRequest(), Call, cancellationToken).ConfigureAwait(false);
            ByteString? pinned = response.TrustedAuthorities.Append(response.CaCertificate).FirstOrDefault(a => CertificateAuthority.FingerprintOf(a.Span) == bundle.CaFingerprint);
            return pinned is not null
                ? X509CertificateLoader.LoadCertificate(pinned.Span)
                : throw new TunnelException($"enrolment: {bundle.Address} is not the node of this bundle; its CA has another fingerprint");
        }
        catch (Exception e) when (e is RpcException or CryptographicException or UriFormatException)
        {
            throw new TunnelException($"enrolment: {bundle.Address}: {(e as RpcException)?.Detail ?? e.Message}", e is RpcException { IsTransient: true }, e);
        }
    }
}
