using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Guardian.Shared.Files;

namespace Guardian.Tunnel;

/// <summary>
/// What an edge needs to speak to its node, as files that an edge in any language can use: <c>edge.key.pem</c> (PKCS#8, mode 0600), <c>edge.crt.pem</c>,
/// <c>ca.crt.pem</c> (one certificate or several), <c>recipients.pem</c> (the public keys that clips are sealed to) and <c>edge.json</c> (id and address).
/// </summary>
public sealed class EdgeCredentials : IDisposable
{
    private const string KeyFile = "edge.key.pem", CertificateFile = "edge.crt.pem", AuthorityFile = "ca.crt.pem", RecipientsFile = "recipients.pem", InfoFile = "edge.json", Next = ".next";

    internal EdgeCredentials(
        EdgeId edgeId, string address, string enrollmentAddress, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> authorities, IReadOnlyList<byte[]> recipients)
    {
        EdgeId = edgeId;
        Address = address;
        EnrollmentAddress = enrollmentAddress;
        Certificate = certificate;
        Authorities = authorities;
        Recipients = recipients;
    }

    /// <summary>The edge's id.</summary>
    public EdgeId EdgeId { get; }

    /// <summary>host:port of the edge API.</summary>
    public string Address { get; }

    /// <summary>host:port of the enrolment API, which is the way back when the tunnel's keys are out of date; empty in credentials of earlier versions.</summary>
    public string EnrollmentAddress { get; }

    /// <summary>The edge's certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The node's CA; two while one replaces the other.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; }

    /// <summary>From when on the certificate is to be renewed: two thirds of its life are over.</summary>
    public DateTimeOffset RenewAt => Certificate.NotBefore.ToUniversalTime() + ((Certificate.NotAfter - Certificate.NotBefore) / 3 * 2);

    /// <summary>SubjectPublicKeyInfo (DER) of everyone clips are sealed to.</summary>
    public IReadOnlyList<byte[]> Recipients { get; }

    /// <summary>Reads the files of a folder.</summary>
    /// <exception cref="TunnelException">A file is missing or damaged.</exception>
    public static EdgeCredentials Load(string directory)
    {
        try
        {
            EdgeInfo? info = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(directory, InfoFile)), EdgeJson.Default.EdgeInfo);
            if (info is null || !EdgeId.TryParse(info.EdgeId, out EdgeId id) || string.IsNullOrEmpty(info.Address))
            {
                throw new TunnelException($"{InfoFile}: an edge id and an address are needed");
            }

            return new EdgeCredentials(
                id,
                info.Address,
                info.EnrollmentAddress ?? "",
                LoadPair(directory),
                ReadAuthorities(Path.Combine(directory, AuthorityFile)),
                ReadRecipients(File.ReadAllText(Path.Combine(directory, RecipientsFile))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or JsonException or FormatException)
        {
            throw new TunnelException($"edge credentials: {e.Message}", innerException: e);
        }
    }

    /// <summary>Writes the files; each appears whole or not at all.</summary>
    public void Save(string directory)
    {
        DurableFile.CreateFolder(directory);
        using ECDsa key = Certificate.GetECDsaPrivateKey() ?? throw new TunnelException("edge credentials: the certificate has no key");
        // A key and a certificate that do not belong together would lock the edge out: both are on the disk before either takes its place, and Load finishes
        // what a kill between the two renames left.
        string certificate = Path.Combine(directory, CertificateFile);

        // Who is trusted comes first: a certificate of a new authority is of no use to an edge that does not trust it yet, the other way round it is.
        DurableFile.Write(Path.Combine(directory, AuthorityFile), string.Concat(Authorities.Select(a => a.ExportCertificatePem() + "\n")));
        DurableFile.Write(certificate + Next, Certificate.ExportCertificatePem() + "\n");
        DurableFile.Write(Path.Combine(directory, KeyFile), key.ExportPkcs8PrivateKeyPem() + "\n");
        DurableFile.Rename(certificate + Next, certificate);
        DurableFile.Write(Path.Combine(directory, RecipientsFile), string.Concat(Recipients.Select(r => PemEncoding.WriteString("PUBLIC KEY", r) + "\n")));

        // Last, because its presence says that the others are there.
        DurableFile.Write(Path.Combine(directory, InfoFile), JsonSerializer.Serialize(new EdgeInfo(EdgeId.ToString(), Address, EnrollmentAddress), EdgeJson.Default.EdgeInfo) + "\n");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 authority in Authorities)
        {
            authority.Dispose();
        }
    }

    private static X509Certificate2 LoadPair(string directory)
    {
        string certificate = Path.Combine(directory, CertificateFile), key = Path.Combine(directory, KeyFile);
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException && File.Exists(certificate + Next))
        {
            X509Certificate2 pair = X509Certificate2.CreateFromPemFile(certificate + Next, key);
            DurableFile.Rename(certificate + Next, certificate);
            return pair;
        }
    }

    private static IReadOnlyList<X509Certificate2> ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? [.. authorities] : throw new TunnelException($"{AuthorityFile}: a certificate is needed");
    }

    private static List<byte[]> ReadRecipients(string pem)
    {
        var recipients = new List<byte[]>();
        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            recipients.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            rest = rest[fields.Location.End..];
        }

        return recipients;
    }
}
