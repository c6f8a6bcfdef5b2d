using System.CommandLine;
using Guardian.Storage;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>unseal</c>: opens a sealed file with the customer's key, on the customer's machine.</summary>
internal static class ClipCommands
{
    public static Command Create()
    {
        var input = new Argument<string>("file") { Description = "The sealed file." };
        var output = new Option<string>("--out") { Description = "Where the opened file goes.", Required = true };
        var keyFile = new Option<string>("--key") { Description = "The customer's private key (PEM).", Required = true };
        Option<string?> passphraseFile = Passphrase.Option();
        var command = new Command("unseal", "Opens a sealed clip, snapshot or metadata file with the customer's private key.") { input, output, keyFile, passphraseFile };
        command.SetAction(async (result, cancellationToken) =>
        {
            string pem = await File.ReadAllTextAsync(result.GetRequiredValue(keyFile), cancellationToken);
            string passphrase = await Passphrase.ReadAsync(result.GetValue(passphraseFile), confirm: false, cancellationToken);
            using RecipientPrivateKey key = RecipientPrivateKey.FromEncryptedPem(pem, passphrase);
            string final = result.GetRequiredValue(output);
            string partial = final + ".part";
            try
            {
                await using (FileStream from = File.OpenRead(result.GetRequiredValue(input)))
                await using (FileStream to = File.Create(partial))
                {
                    SealedHeader header = await Unsealer.UnsealAsync(from, key, to, cancellationToken);
                    Console.WriteLine($"{final}: {to.Length} bytes of {header.ContentType}");
                }

                File.Move(partial, final, overwrite: true);
                return 0;
            }
            finally
            {
                File.Delete(partial);
            }
        });
        return command;
    }
}
