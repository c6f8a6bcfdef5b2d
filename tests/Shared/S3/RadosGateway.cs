using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Guardian.Testing;

/// <summary>
/// A real S3 server for the tests of one collection: Ceph's gateway, with and without TLS under an authority of its own. Where Ceph is missing nothing is started, and
/// <see cref="Missing"/> says why; in CI that is a failure.
/// </summary>
public sealed partial class RadosGateway : IAsyncLifetime
{
    private const int Stop = 19, Continue = 18, Attempts = 8;
    private readonly string _folder = Directory.CreateTempSubdirectory("guardian-s3-").FullName;
    private int _port;

    /// <summary>Null when the server runs; else what tests that need it are skipped with.</summary>
    public string? Missing { get; } = Requirement.Missing(["radosgw", "ceph-mon", "ceph-osd", "radosgw-admin"]);

    public string Endpoint => $"http://127.0.0.1:{_port}";

    public string TlsEndpoint => $"https://127.0.0.1:{_port + 2}";

    /// <summary>The keys, in the form of AWS's shared credentials file.</summary>
    public string CredentialsFile => Path.Combine(_folder, "server", "credentials");

    public string CaFile => Path.Combine(_folder, "ca.pem");

    public async Task InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        WriteCertificates();
        string output = "";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            // Below the ports that the system gives to clients; somebody may take one of them between this look and the start.
            _port = 12_000 + (32 * Random.Shared.Next(300));
            if (new[] { 0, 1, 2, 10, 11, 12, 13 }.All(offset => IsFree(_port + offset)))
            {
                (int code, output) = await ScriptAsync("start", Path.Combine(_folder, "server"), $"{_port}", "--tls", Path.Combine(_folder, "server.pem"));
                if (code == 0)
                {
                    return;
                }

                await ScriptAsync("stop", Path.Combine(_folder, "server"));
            }
        }

        Assert.Fail($"the S3 server did not start: {output}");
    }

    public async Task DisposeAsync()
    {
        await ScriptAsync("stop", Path.Combine(_folder, "server"));
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Skips the calling test where the server is missing.</summary>
    public void Require()
    {
        if (Missing is not null)
        {
            // xunit 2 reports a test as skipped when it ends with this prefix.
            throw new InvalidOperationException("$XunitDynamicSkip$" + Missing);
        }
    }

    /// <summary>Kills the front end: an outage in which nothing that was stored is lost.</summary>
    public async Task KillAsync() => Assert.Equal(0, (await ScriptAsync("stop", Path.Combine(_folder, "server"), "gateway")).Code);

    /// <summary>Ends the outage.</summary>
    public async Task StartAsync()
    {
        (int code, string output) = await ScriptAsync("start", Path.Combine(_folder, "server"), $"{_port}");
        Assert.True(code == 0, output);
    }

    /// <summary>Stops the front end where it stands: connections stay open and nothing answers.</summary>
    public void Pause() => Signal(Stop);

    /// <summary>Lets it go on.</summary>
    public void Resume() => Signal(Continue);

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> ScriptAsync(params string[] arguments)
    {
        // Output goes to a file: the daemons inherit it, and a pipe would stay open as long as they run.
        string output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("bash") { ArgumentList = { "-c", "exec \"$0\" \"${@:2}\" >\"$1\" 2>&1 </dev/null", Repository.PathTo("eng", "s3.sh"), output } };
            foreach (string argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start)!;
            await process.WaitForExitAsync();
            return (process.ExitCode, await File.ReadAllTextAsync(output));
        }
        finally
        {
            File.Delete(output);
        }
    }

    private void Signal(int signal)
    {
        int process = int.Parse(File.ReadAllText(Path.Combine(_folder, "server", "run", "rgw.pid")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0, Kill(process, signal));
    }

    /// <summary>An authority that nobody knows, and the server's certificate from it.</summary>
    private void WriteCertificates()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using ECDsa caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=Test archive authority", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        using X509Certificate2 ca = caRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        var serverRequest = new CertificateRequest("CN=127.0.0.1", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        serverRequest.CertificateExtensions.Add(names.Build());
        using X509Certificate2 server = serverRequest.Create(ca, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CaFile, ca.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.pem"), server.ExportCertificatePem() + "\n" + serverKey.ExportPkcs8PrivateKeyPem());
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
