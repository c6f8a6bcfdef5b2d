using System.CommandLine;
using Guardian.Tunnel;

namespace Guardian.EdgeSimulator.Commands;

/// <summary><c>enroll</c>: trades a bundle for credentials as PEM files.</summary>
internal static class EnrollCommand
{
    public static Command Create()
    {
        var bundle = new Option<string>("--bundle") { Description = "The bundle: a file, or the line itself.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder for the key, certificate and CA (PEM).", Required = true };
        var command = new Command("enroll", "Enrols this machine with a one-time bundle.") { bundle, output };
        command.SetAction(async (result, cancellationToken) =>
        {
            string given = result.GetRequiredValue(bundle);
            string line = File.Exists(given) ? await File.ReadAllTextAsync(given, cancellationToken) : given;
            using EdgeCredentials credentials = await EdgeEnrollment.EnrollAsync(EnrollmentBundle.Parse(line), "Guardian EdgeSimulator", cancellationToken);
            string folder = Path.GetFullPath(result.GetRequiredValue(output));
            credentials.Save(folder);
            Console.WriteLine($"Enrolled as {credentials.EdgeId}; edge API {credentials.Address}; certificate until {credentials.Certificate.NotAfter.ToUniversalTime():u}");
            Console.WriteLine($"Credentials in {folder}");
            return 0;
        });
        return command;
    }
}
