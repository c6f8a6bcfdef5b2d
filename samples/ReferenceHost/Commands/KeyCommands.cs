using System.CommandLine;
using Guardian.Storage;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>keys create</c>: makes the customer's key pair, on the customer's machine.</summary>
internal static class KeyCommands
{
    public const string PublicFile = "customer.pub.pem", PrivateFile = "customer.key.pem";

    public static Command Create() => new("keys", "Makes the customer's keys.") { CreateKeys() };

    private static Command CreateKeys()
    {
        var output = new Option<string>("--out") { Description = "Folder for the two files.", Required = true };
        Option<string?> passphraseFile = Passphrase.Option();
        var command = new Command("create", $"Makes {PublicFile} (for the node) and {PrivateFile} (for you alone, locked by a passphrase).") { output, passphraseFile };
        command.SetAction(async (result, cancellationToken) =>
        {
            string folder = Path.GetFullPath(result.GetRequiredValue(output));
            string privateFile = Path.Combine(folder, PrivateFile);
            if (File.Exists(privateFile))
            {
                throw new IOException($"{privateFile} is there already; a lost key cannot be made again, so it is never overwritten");
            }

            string passphrase = await Passphrase.ReadAsync(result.GetValue(passphraseFile), confirm: true, cancellationToken);
            using RecipientPrivateKey key = RecipientPrivateKey.Generate();

            // Before there is a file: a refused passphrase must not leave an empty one that looks like a key.
            byte[] pem = System.Text.Encoding.ASCII.GetBytes(key.ToEncryptedPem(passphrase));
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using (var file = new FileStream(privateFile, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                await file.WriteAsync(pem, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            await File.WriteAllTextAsync(Path.Combine(folder, PublicFile), key.PublicKey.ToPem(), cancellationToken);
            Console.WriteLine($"Key      {key.PublicKey.Id}");
            Console.WriteLine($"Public   {Path.Combine(folder, PublicFile)}   give this to the node: serve --customer-key FILE");
            Console.WriteLine($"Private  {privateFile}   keep this and its passphrase away from the node; without them no clip can ever be opened");
            return 0;
        });
        return command;
    }
}
