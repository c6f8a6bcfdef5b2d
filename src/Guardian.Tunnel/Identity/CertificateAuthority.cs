using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Guardian.Shared.Files;

namespace Guardian.Tunnel;

/// <summary>
/// The node's own certificate authority: ECDSA P-256, its key in the data folder. It signs edges' certificates and the node's server certificate and nothing else. Safe for use by many threads.
/// </summary>
/// <remarks>
/// It is replaced with an overlap. <see cref="BeginRotation"/> makes a new authority: both are trusted, edges' certificates come from the new one, the node's server certificate still from the old one, which is the
/// only one that every edge trusts. An edge that renews learns both. <see cref="FinishRotation"/> makes the new one the only one.
/// </remarks>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>Purposes of a TLS client and server certificate, RFC 5280, 4.2.1.12.</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2", ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const string CertificateFile = "ca.crt.pem", KeyFile = "ca.key.pem", NextCertificateFile = "ca-next.crt.pem", NextKeyFile = "ca-next.key.pem", FinishingFile = "ca-next.finishing";

    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>Certificates begin this long ago, for edges whose clock is behind.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(15);

    private readonly string _directory;
    private readonly string? _passphrase;
    private readonly TimeProvider _time;
    private volatile Authorities _authorities;

    private CertificateAuthority(string directory, string? passphrase, TimeProvider time)
    {
        _directory = directory;
        _passphrase = passphrase;
        _time = time;
        _authorities = Load();
    }

    /// <summary>The authority that vouches for the node itself, DER: what a bundle pins.</summary>
    public byte[] CertificateDer => [.. _authorities.Serving.RawDataMemory.Span];

    /// <summary>SHA-256 of that authority's certificate, 64 lower-case hexadecimal digits.</summary>
    public string Fingerprint => FingerprintOf(_authorities.Serving.RawDataMemory.Span);

    /// <summary>Every authority that is trusted now, DER: two while one replaces the other.</summary>
    public IReadOnlyList<byte[]> TrustedAuthorities => [.. _authorities.Trusted.Select(c => c.RawData)];

    /// <summary>The authority that signs edges' certificates now, by the name that they bear as their issuer.</summary>
    public string Issuer => _authorities.Issuing.Subject;

    /// <summary>Whether a new authority is replacing the old one.</summary>
    public bool IsRotating => _authorities.Trusted.Count > 1;

    /// <summary>The names of the authorities that are trusted now, as certificates name their issuer.</summary>
    internal IReadOnlySet<string> TrustedIssuers => _authorities.Trusted.Select(c => c.Subject).ToHashSet(StringComparer.Ordinal);

    /// <summary>Opens the authority of a folder, or makes one.</summary>
    /// <param name="directory">Holds <c>ca.crt.pem</c> and <c>ca.key.pem</c> (mode 0600).</param>
    /// <param name="passphrase">Opens the key's file when it is locked, and locks it when it is not; null for a key that is not locked.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The files are there but cannot be read, or the passphrase is missing or wrong.</exception>
    public static CertificateAuthority Open(string directory, string? passphrase = null, TimeProvider? timeProvider = null)
    {
        TimeProvider time = timeProvider ?? TimeProvider.System;
        DurableFile.CreateFolder(directory);
        return Guard(() =>
        {
            if (!File.Exists(Path.Combine(directory, CertificateFile)))
            {
                Create(Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile), passphrase, time);
            }

            FinishInterrupted(directory);
            return new CertificateAuthority(directory, passphrase, time);
        });
    }

    /// <summary>The fingerprint of a folder's authority, read without its key.</summary>
    /// <exception cref="TunnelException">There is none, or it cannot be read.</exception>
    public static string ReadFingerprint(string directory) => Guard(() =>
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(directory, CertificateFile)));
        return FingerprintOf(certificate.RawDataMemory.Span);
    });

    /// <summary>SHA-256 of a certificate in DER, 64 lower-case hexadecimal digits.</summary>
    public static string FingerprintOf(ReadOnlySpan<byte> certificateDer) => Convert.ToHexStringLower(SHA256.HashData(certificateDer));

    /// <summary>Begins to replace the authority. Edges get certificates of the new one when they next renew.</summary>
    /// <exception cref="TunnelException">A replacement has begun already, or the files cannot be written.</exception>
    public void BeginRotation()
    {
        if (IsRotating)
        {
            throw new TunnelException("certificate authority: it is being replaced already; finish that first");
        }

        Guard(() =>
        {
            Create(In(NextCertificateFile), In(NextKeyFile), _passphrase, _time);
            return true;
        });
        Reload();
    }

    /// <summary>Ends the replacement: from here on the new authority is the only one. Whoever trusts or has a certificate of the old one alone is shut out.</summary>
    /// <exception cref="TunnelException">No replacement has begun, or the files cannot be written.</exception>
    public void FinishRotation()
    {
        if (!IsRotating)
        {
            throw new TunnelException("certificate authority: it is not being replaced");
        }

        Guard(() =>
        {
            DurableFile.Write(In(FinishingFile), "");
            FinishInterrupted(_directory);
            return true;
        });
        Reload();
    }

    /// <summary>Reads the files anew, after another process changed them.</summary>
    /// <exception cref="TunnelException">They cannot be read; what was read before stays.</exception>
    public void Reload() => _authorities = Guard(Load);

    /// <summary>Reads the files anew when another process has begun or finished a replacement. Whoever it asks to renew may come before the news of it does.</summary>
    /// <inheritdoc cref="Reload" path="/exception"/>
    internal void Refresh()
    {
        if (File.Exists(In(NextCertificateFile)) != IsRotating)
        {
            Reload();
        }
    }

    /// <summary>
    /// Forgets the certificates. Those of an earlier <see cref="Reload"/> are left to the garbage collector, because handshakes may still use them.
    /// </summary>
    public void Dispose()
    {
        _authorities.Serving.Dispose();
        _authorities.Issuing.Dispose();
    }

    /// <summary>Signs an edge's certificate. The request's signature proves that the edge holds the key; everything else in it is ignored.</summary>
    /// <exception cref="TunnelException">The request is not a PKCS#10 of an ECDSA P-256 key, or its signature is wrong.</exception>
    internal X509Certificate2 IssueForEdge(EdgeId edge, ReadOnlySpan<byte> certificateRequest, TimeSpan lifetime)
    {
        using ECDsa key = ReadRequest(certificateRequest);
        var request = new CertificateRequest($"CN={edge}", key, HashAlgorithmName.SHA256);
        return Sign(request, _authorities.Issuing, ClientAuthentication, lifetime);
    }

    /// <summary>Makes a fresh key and certificate for the node's own TLS ports.</summary>
    /// <param name="hosts">Names and addresses under which edges reach the node, beside loopback.</param>
    /// <param name="lifetime">How long it is good.</param>
    internal X509Certificate2 IssueForServer(IEnumerable<string> hosts, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=guardian-node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = Sign(request, _authorities.Serving, ServerAuthentication, lifetime);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>What an edge's certificate must be: signed by a trusted authority, in its time, for client authentication. Nothing is downloaded.</summary>
    internal X509ChainPolicy ClientPolicy()
    {
        X509ChainPolicy policy = Trust(_authorities.Trusted);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    /// <summary>
    /// How the node calls an edge over TLS: the edge shows its own certificate, by which it is known; the name under which it is reached does not matter.
    /// </summary>
    internal SslClientAuthenticationOptions ControlOptions(EdgeId edge, IReadOnlySet<string> serials)
    {
        X509ChainPolicy policy = Trust(_authorities.Trusted);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => certificate is X509Certificate2 shown
                && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
                && shown.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == edge.ToString() && serials.Contains(shown.SerialNumber),
        };
    }

    /// <summary>A chain policy that trusts the given roots and nothing else.</summary>
    internal static X509ChainPolicy Trust(IEnumerable<X509Certificate2> roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots.ToArray());
        return policy;
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TunnelException($"certificate authority: {e.Message}", innerException: e);
        }
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

    private static void Create(string certificatePath, string keyPath, string? passphrase, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // Two authorities of one name would be taken for each other while one replaces the other.
        string serial = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var request = new CertificateRequest($"CN=Guardian node CA {serial}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now - ClockTolerance, now + AuthorityLifetime);

        // The key first: a certificate without its key would be taken for a whole authority.
        PrivateKeyFile.Write(keyPath, key.ExportPkcs8PrivateKey(), passphrase);
        DurableFile.Write(certificatePath, certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>A replacement that was being finished is finished: each file moves once, and the mark goes last.</summary>
    private static void FinishInterrupted(string directory)
    {
        string mark = Path.Combine(directory, FinishingFile);
        if (!File.Exists(mark))
        {
            return;
        }

        foreach ((string from, string to) in new[] { (NextKeyFile, KeyFile), (NextCertificateFile, CertificateFile) })
        {
            if (File.Exists(Path.Combine(directory, from)))
            {
                DurableFile.Rename(Path.Combine(directory, from), Path.Combine(directory, to));
            }
        }

        File.Delete(mark);
        DurableFile.FlushFolder(directory);
    }

    private Authorities Load()
    {
        X509Certificate2 serving = LoadPair(In(CertificateFile), In(KeyFile));
        return File.Exists(In(NextCertificateFile)) ? new Authorities(serving, LoadPair(In(NextCertificateFile), In(NextKeyFile))) : new Authorities(serving, serving);
    }

    private X509Certificate2 LoadPair(string certificatePath, string keyPath)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(PrivateKeyFile.Read(keyPath, _passphrase), out _);
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath));
        return certificate.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Sign(CertificateRequest request, X509Certificate2 authority, string purpose, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset end = now + lifetime < authority.NotAfter ? now + lifetime : authority.NotAfter;
        return request.Create(authority, now - ClockTolerance, end, RandomNumberGenerator.GetBytes(16));
    }

    private string In(string file) => Path.Combine(_directory, file);

    /// <summary>Who signs the node's server certificate and who signs edges' certificates: one and the same but while one replaces the other.</summary>
    private sealed record Authorities(X509Certificate2 Serving, X509Certificate2 Issuing)
    {
        public IReadOnlyList<X509Certificate2> Trusted => ReferenceEquals(Serving, Issuing) ? [Serving] : [Serving, Issuing];
    }
}
