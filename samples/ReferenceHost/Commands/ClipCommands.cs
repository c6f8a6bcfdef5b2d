using System.CommandLine;
using System.Globalization;
using Guardian.Storage;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>seal</c>, <c>unseal</c>, <c>rewrap</c>, <c>inspect</c>: sealed files on the customer's machine. All of them stream, overwrite nothing, and leave nothing half.</summary>
internal static class ClipCommands
{
    public static IEnumerable<Command> Create() => [Seal(), Unseal(), Rewrap(), Inspect()];

    private static Command Seal()
    {
        var input = new Argument<string>("file") { Description = "The file to seal." };
        Option<string> output = Output("Where the sealed file goes.");
        Option<string[]> recipients = Recipients("Public key (PEM) that can open the file; give the option again for more, up to 16.");
        var type = new Option<string>("--content-type") { Description = "The file's media type; everyone can read it.", DefaultValueFactory = _ => "application/octet-stream" };
        var command = new Command("seal", "Seals a file to one or more public keys.") { input, output, recipients, type };
        command.SetAction(async (result, cancellationToken) =>
        {
            var sealer = new Sealer(await ReadKeysAsync(result.GetRequiredValue(recipients), cancellationToken));
            string path = result.GetRequiredValue(output);
            await using FileStream from = Open(result.GetRequiredValue(input));
            await OutputFile.WriteAsync(path, async to =>
            {
                await sealer.SealAsync(from, to, result.GetRequiredValue(type), cancellationToken);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {to.Length} bytes"));
                return true;
            });
            return 0;
        });
        return command;
    }

    private static Command Unseal()
    {
        Argument<string> input = Input();
        Option<string> output = Output("Where the opened file goes.");
        Option<string> keyFile = Key();
        Option<string?> passphraseFile = Passphrase.Option();
        var command = new Command("unseal", "Opens a sealed clip, snapshot or metadata file with the customer's private key.") { input, output, keyFile, passphraseFile };
        command.SetAction(async (result, cancellationToken) =>
        {
            using RecipientPrivateKey key = await ReadKeyAsync(result.GetRequiredValue(keyFile), result.GetValue(passphraseFile), cancellationToken);
            string path = result.GetRequiredValue(output);
            await using FileStream from = Open(result.GetRequiredValue(input));
            await OutputFile.WriteAsync(path, async to =>
            {
                SealedHeader header = await Unsealer.UnsealAsync(from, key, to, cancellationToken);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {to.Length} bytes of {header.ContentType}"));
                return true;
            });
            return 0;
        });
        return command;
    }

    private static Command Rewrap()
    {
        Argument<string> input = Input();
        Option<string> output = Output("Where the copy goes.");
        Option<string> keyFile = Key();
        Option<string[]> recipients = Recipients("Public key (PEM) that can open the copy; give the option again for more, up to 16. A key that is to keep access is named again.");
        Option<string?> passphraseFile = Passphrase.Option();
        var command = new Command("rewrap", "Copies a sealed file for other keys: a new header around the same chunks.") { input, output, keyFile, recipients, passphraseFile };
        command.SetAction(async (result, cancellationToken) =>
        {
            IReadOnlyList<RecipientPublicKey> to = await ReadKeysAsync(result.GetRequiredValue(recipients), cancellationToken);
            using RecipientPrivateKey key = await ReadKeyAsync(result.GetRequiredValue(keyFile), result.GetValue(passphraseFile), cancellationToken);
            string path = result.GetRequiredValue(output);
            await using FileStream from = Open(result.GetRequiredValue(input));
            await OutputFile.WriteAsync(path, async copy =>
            {
                await Rewrapper.RewrapAsync(from, key, to, copy, cancellationToken);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {copy.Length} bytes for {to.Count} key(s)"));
                return true;
            });
            return 0;
        });
        return command;
    }

    private static Command Inspect()
    {
        Argument<string> input = Input();
        var command = new Command("inspect", "Says what a sealed file's header tells: no key is needed, and nothing is proven.") { input };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using FileStream file = Open(result.GetRequiredValue(input));
            byte[] start = new byte[SealedHeader.MaxLength];
            int read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            SealedHeader header = SealedHeader.Parse(start.AsSpan(0, read));
            Console.WriteLine("Format        sealed object, version 1, suite 1 (P-256, HKDF-SHA-256, AES-256-GCM)");
            Console.WriteLine($"Content type  {header.ContentType}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Size          {file.Length} bytes sealed, {header.PlaintextLength(file.Length)} opened, in chunks of {header.ChunkSize}"));
            foreach (RecipientKeyId recipient in header.Recipients)
            {
                Console.WriteLine($"Recipient     {recipient}");
            }

            return 0;
        });
        return command;
    }

    private static Argument<string> Input() => new("file") { Description = "The sealed file." };

    private static Option<string> Output(string description) => new("--out") { Description = description, Required = true };

    private static Option<string> Key() => new("--key") { Description = "The customer's private key (PEM).", Required = true };

    private static Option<string[]> Recipients(string description) => new("--recipient") { Description = description, Required = true };

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static async Task<RecipientPrivateKey> ReadKeyAsync(string file, string? passphraseFile, CancellationToken cancellationToken)
    {
        string pem = await File.ReadAllTextAsync(file, cancellationToken);
        string passphrase = await Passphrase.ReadAsync(passphraseFile, confirm: false, cancellationToken);
        return RecipientPrivateKey.FromEncryptedPem(pem, passphrase);
    }

    private static async Task<IReadOnlyList<RecipientPublicKey>> ReadKeysAsync(string[] files, CancellationToken cancellationToken)
    {
        var keys = new List<RecipientPublicKey>();
        foreach (string file in files)
        {
            keys.Add(RecipientPublicKey.FromPem(await File.ReadAllTextAsync(file, cancellationToken)));
        }

        return keys;
    }
}
