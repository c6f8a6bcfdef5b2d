using System.CommandLine;
using Guardian.EdgeSimulator.Device;
using Guardian.Tunnel;

namespace Guardian.EdgeSimulator.Commands;

/// <summary><c>enroll</c>: trades a bundle for credentials as PEM files.</summary>
internal static class EnrollCommand
{
    public static Command Create()
    {
        var bundle = new Option<string>("--bundle") { Description = "The bundle: a file, or the line itself.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder for the key, certificate and CA (PEM).", Required = true };
        var cameras = new Option<string[]>("--camera") { Description = "A camera that this edge speaks for; may be given several times.", AllowMultipleArgumentsPerToken = true };
        var wireGuard = new Option<bool>("--wireguard") { Description = "Also makes a key for the WireGuard tunnel, of which the node learns the public half." };
        var command = new Command("enroll", "Enrols this machine with a one-time bundle.") { bundle, output, cameras, wireGuard };
        command.SetAction(async (result, cancellationToken) =>
        {
            string given = result.GetRequiredValue(bundle);
            string line = File.Exists(given) ? await File.ReadAllTextAsync(given, cancellationToken) : given;
            string folder = Path.GetFullPath(result.GetRequiredValue(output));
            var tunnel = new EdgeTunnelFiles(folder);
            var edge = new EdgeDescription { Software = EdgeSoftware.Name, Cameras = result.GetValue(cameras) ?? [], TunnelPublicKey = result.GetValue(wireGuard) ? tunnel.MakeKey() : null };
            using EdgeAdmission admission = await EdgeEnrollment.EnrollAsync(EnrollmentBundle.Parse(line), edge, cancellationToken);
            EdgeCredentials credentials = admission.Credentials;
            credentials.Save(folder);
            if (admission.Tunnel is { } settings)
            {
                tunnel.Save(settings);
                Console.WriteLine($"Tunnel {string.Join(", ", settings.Addresses)} to {settings.Endpoint}");
            }
            else if (result.GetValue(wireGuard))
            {
                throw new TunnelException("--wireguard: this node has no tunnel");
            }

            Console.WriteLine($"Enrolled as {credentials.EdgeId}; edge API {credentials.Address}; certificate until {credentials.Certificate.NotAfter.ToUniversalTime():u}");
            Console.WriteLine($"Credentials in {folder}");
            return 0;
        });
        return command;
    }
}
