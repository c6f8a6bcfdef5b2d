using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Guardian.Shared.Files;

namespace Guardian.Tunnel;

/// <summary>
/// The node's own certificate authority: ECDSA P-256, one per node, its key in the data folder. It signs edges' certificates and the node's server certificate
/// and nothing else. Safe for use by many threads.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>Purposes of a TLS client and server certificate, RFC 5280, 4.2.1.12.</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2", ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>Certificates begin this long ago, for edges whose clock is behind.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(15);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        _certificate = certificate;
        _time = time;
    }

    /// <summary>The CA's certificate, without its key.</summary>
    public byte[] CertificateDer => [.. _certificate.RawDataMemory.Span];

    /// <summary>SHA-256 of the CA's certificate, 64 lower-case hexadecimal digits: what bundles pin.</summary>
    public string Fingerprint => FingerprintOf(_certificate.RawData);

    /// <summary>Opens the authority of a folder, or makes one.</summary>
    /// <param name="directory">Holds <c>ca.crt.pem</c> and <c>ca.key.pem</c> (mode 0600).</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The files are there but cannot be read.</exception>
    public static CertificateAuthority Open(string directory, TimeProvider? timeProvider = null)
    {
        TimeProvider time = timeProvider ?? TimeProvider.System;
        string certificate = Path.Combine(directory, "ca.crt.pem");
        string key = Path.Combine(directory, "ca.key.pem");
        DurableFile.CreateFolder(directory);
        try
        {
            if (!File.Exists(certificate))
            {
                Create(certificate, key, time);
            }

            return new CertificateAuthority(X509Certificate2.CreateFromPemFile(certificate, key), time);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new TunnelException($"certificate authority: {e.Message}", innerException: e);
        }
    }

    /// <summary>SHA-256 of a certificate in DER, 64 lower-case hexadecimal digits.</summary>
    public static string FingerprintOf(ReadOnlySpan<byte> certificateDer) => Convert.ToHexStringLower(SHA256.HashData(certificateDer));

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    /// <summary>Signs an edge's certificate. The request's signature proves that the edge holds the key; everything else in it is ignored.</summary>
    /// <exception cref="TunnelException">The request is not a PKCS#10 of an ECDSA P-256 key, or its signature is wrong.</exception>
    internal X509Certificate2 IssueForEdge(EdgeId edge, ReadOnlySpan<byte> certificateRequest, TimeSpan lifetime)
    {
        using ECDsa key = ReadRequest(certificateRequest);
        var request = new CertificateRequest($"CN={edge}", key, HashAlgorithmName.SHA256);
        return Sign(request, ClientAuthentication, lifetime);
    }

    /// <summary>Makes a fresh key and certificate for the node's own TLS ports.</summary>
    internal X509Certificate2 IssueForServer(string publicHost, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=guardian-node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (IPAddress.TryParse(publicHost, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(publicHost);
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = Sign(request, ServerAuthentication, lifetime);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>What an edge's certificate must be: signed by this CA, in its time, for client authentication. Nothing is downloaded.</summary>
    internal X509ChainPolicy ClientPolicy()
    {
        X509ChainPolicy policy = Trust(_certificate);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    /// <summary>A chain policy that trusts one root and nothing else.</summary>
    internal static X509ChainPolicy Trust(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(root);
        return policy;
    }

    private static ECDsa ReadRequest(ReadOnlySpan<byte> bytes)
    {
        const int limit = 8 * 1024;
        if (bytes.Length is 0 or > limit)
        {
            throw new TunnelException($"certificate_request: 1 to {limit} bytes are needed");
        }

        try
        {
            // Loading verifies the request's own signature.
            var request = CertificateRequest.LoadSigningRequest(bytes.ToArray(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default);
            ECDsa key = request.PublicKey.GetECDsaPublicKey() ?? throw new TunnelException("certificate_request: an ECDSA P-256 key is needed");
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                key.Dispose();
                throw new TunnelException("certificate_request: an ECDSA P-256 key is needed");
            }

            return key;
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException or ArgumentException)
        {
            throw new TunnelException("certificate_request: not a PKCS#10 request in DER with a valid signature", innerException: e);
        }
    }

    private static void Create(string certificatePath, string keyPath, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Guardian node CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now - ClockTolerance, now + AuthorityLifetime);

        // The key first: a certificate without its key would be taken for a whole authority.
        DurableFile.Write(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        DurableFile.Write(certificatePath, certificate.ExportCertificatePem() + "\n");
    }

    private X509Certificate2 Sign(CertificateRequest request, string purpose, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset end = now + lifetime < _certificate.NotAfter ? now + lifetime : _certificate.NotAfter;
        return request.Create(_certificate, now - ClockTolerance, end, RandomNumberGenerator.GetBytes(16));
    }
}
