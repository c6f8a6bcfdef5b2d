using System.CommandLine;
using System.Globalization;
using Guardian.Storage;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>evidence …</c>: exports, receipts and keys of a node's log, beside the running node; and the check of such files on any machine.</summary>
internal static class EvidenceVerbs
{
    public static Command Create() => new("evidence", "Proves what the node did, and checks such proofs offline.") { Export(), Verify(), Checkpoint(), Countersign(), Keys(), RotateKey(), RotateLinkKey() };

    private static Command Export()
    {
        var id = new Option<Guid>("--event") { Description = "The event's id.", Required = true };
        var output = new Option<string?>("--out") { Description = "Where the file goes; evidence-ID.tar, or receipt-ID.json, otherwise." };
        var receipt = new Option<bool>("--receipt") { Description = "Entries and proofs without the objects: the receipt of an erased event." };
        var command = new Command("export", "Writes one file with an event's sealed objects, entries and proofs.") { id, output, receipt };
        command.SetAction(async (result, cancellationToken) =>
        {
            Guid of = result.GetRequiredValue(id);
            bool alone = result.GetValue(receipt);
            string path = result.GetValue(output) ?? (alone ? $"receipt-{of}.json" : $"evidence-{of}.tar");
            DataFolder folder = DataFolder.Of(result);
            await using EvidenceLog log = await EvidenceLog.OpenAsync(folder.ReadArchiveOptions(), cancellationToken: cancellationToken);
            bool known = await OutputFile.WriteAsync(path, to => alone ? ReceiptAsync(log, of, to, cancellationToken) : ExportAsync(folder, log, of, to, cancellationToken));
            Console.WriteLine(known ? path : $"{of}: the log knows nothing of such an event");
            return known ? 0 : 1;
        });
        return command;
    }

    private static Command Verify()
    {
        var file = new Argument<string>("file") { Description = "The export or receipt." };
        var keys = new Option<string[]>("--key") { Description = "A key of the log (PEM) that you trust, as 'evidence keys' printed it when the node was set up. Without one the file is checked for being whole, not for whose it is." };
        var witnesses = new Option<string[]>("--witness") { Description = "NAME=FILE: a witness that must have countersigned the checkpoint, and its public key (PEM)." };
        var earlier = new Option<string?>("--earlier") { Description = "A checkpoint of the same log that you kept: the file's must not be older." };
        var command = new Command("verify", "Checks an export or a receipt offline, and names the first thing that is wrong.") { file, keys, witnesses, earlier };
        command.SetAction(async (result, cancellationToken) =>
        {
            var trust = new EvidenceTrust();
            foreach (string key in result.GetValue(keys) ?? [])
            {
                trust.Keys.Add(EvidencePublicKey.FromPem(await File.ReadAllTextAsync(key, cancellationToken)));
            }

            foreach (string witness in result.GetValue(witnesses) ?? [])
            {
                string[] parts = witness.Split('=', 2);
                trust.Witnesses[parts[0]] = parts.Length == 2 && parts[0].Length > 0
                    ? EvidencePublicKey.FromPem(await File.ReadAllTextAsync(parts[1], cancellationToken)) : throw new ArgumentException($"--witness: NAME=FILE is needed, not '{witness}'");
            }

            if (result.GetValue(earlier) is { } seen)
            {
                trust.Earlier = EvidenceCheckpoint.Parse(await File.ReadAllTextAsync(seen, cancellationToken));
            }

            string path = result.GetRequiredValue(file);
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            EvidenceReport report = await EvidenceVerifier.VerifyAsync(stream, trust, cancellationToken);
            if (report.Problem is { } problem)
            {
                await Console.Error.WriteLineAsync($"guardian: {path}: {Shown(problem)}");
                return 1;
            }

            Print(report);
            return 0;
        });
        return command;
    }

    private static Command Checkpoint()
    {
        var command = new Command("checkpoint", "Signs what is new, and prints the newest checkpoint. Keep it: 'verify --earlier' holds later files against it.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EvidenceLog log = await EvidenceLog.OpenAsync(DataFolder.Of(result).ReadArchiveOptions(), cancellationToken: cancellationToken);
            Console.Write((await log.IntegrateAsync(cancellationToken)).Note);
            return 0;
        });
        return command;
    }

    private static Command Countersign()
    {
        var file = new Argument<string>("file") { Description = "The checkpoint, as 'evidence checkpoint' printed it." };
        var name = new Option<string>("--name") { Description = "The witness's name, by which 'verify --witness' asks for it: no spaces.", Required = true };
        var key = new Option<string>("--key") { Description = "The witness's private key: P-256, PEM.", Required = true };
        var log = new Option<string>("--log-key") { Description = "The log's public key (PEM) that must have signed the checkpoint.", Required = true };
        var command = new Command("countersign", "As a witness: adds a signature to a log's checkpoint and prints it. Needs no node; hold it against the last one that you signed first.") { file, name, key, log };
        command.SetAction(async (result, cancellationToken) =>
        {
            EvidenceCheckpoint checkpoint = EvidenceCheckpoint.Parse(await File.ReadAllTextAsync(result.GetRequiredValue(file), cancellationToken));
            if (!checkpoint.IsSignedBy(EvidencePublicKey.FromPem(await File.ReadAllTextAsync(result.GetRequiredValue(log), cancellationToken))))
            {
                await Console.Error.WriteLineAsync("guardian: the log's key did not sign this checkpoint");
                return 1;
            }

            Console.Write(checkpoint.Countersign(result.GetRequiredValue(name), await File.ReadAllTextAsync(result.GetRequiredValue(key), cancellationToken)).Note);
            return 0;
        });
        return command;
    }

    private static Command Keys()
    {
        var command = new Command("keys", "Prints the public keys that signed the log, the newest last.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EvidenceLog log = await EvidenceLog.OpenAsync(DataFolder.Of(result).ReadArchiveOptions(), cancellationToken: cancellationToken);
            foreach (EvidenceKeyInfo key in await log.ListKeysAsync(cancellationToken))
            {
                Console.WriteLine($"{key.Key.Id}{(key.EndorsedBy is { } by ? $", endorsed by {by}" : $", the first of {log.Origin}")}");
                Console.Write(key.Key.ToPem());
            }

            return 0;
        });
        return command;
    }

    private static Command RotateKey()
    {
        var command = new Command("rotate-key", "Replaces the key that signs the log; the old one endorses the new one and is destroyed. The node may run meanwhile.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EvidenceLog log = await EvidenceLog.OpenAsync(DataFolder.Of(result).ReadArchiveOptions(), cancellationToken: cancellationToken);
            EvidencePublicKey key = await log.RotateKeyAsync(cancellationToken);
            Console.WriteLine(key.Id);
            Console.Write(key.ToPem());
            return 0;
        });
        return command;
    }

    private static Command RotateLinkKey()
    {
        var command = new Command("rotate-link-key", "Signs links with a new key from now on; links of the old one live out their time.");
        command.SetAction(result =>
        {
            Console.WriteLine(SignedLinks.RotateKey(DataFolder.Of(result).ReadArchiveOptions()));
            return 0;
        });
        return command;
    }

    private static async Task<bool> ReceiptAsync(EvidenceLog log, Guid id, Stream to, CancellationToken cancellationToken)
    {
        byte[]? receipt = await EvidenceExport.ReceiptAsync(log, id, cancellationToken);
        await to.WriteAsync(receipt, cancellationToken);
        return receipt is not null;
    }

    private static async Task<bool> ExportAsync(DataFolder folder, EvidenceLog log, Guid id, Stream to, CancellationToken cancellationToken)
    {
        IArchiveStore store = folder.OpenArchiveToRead();
        using var owned = store as IDisposable;
        return await EvidenceExport.WriteAsync(log, store, id, DataFolder.Actor, to, cancellationToken);
    }

    private static void Print(EvidenceReport report)
    {
        EvidenceCheckpoint checkpoint = report.Checkpoint!;
        Console.WriteLine("Everything holds.");
        Console.WriteLine($"Event       {report.EventId}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Log         {Shown(checkpoint.Origin)}, {checkpoint.Size} entries, signed {checkpoint.At:u}"));
        Console.WriteLine($"Signed by   {report.SignedBy}{(report.IsPinned ? "" : ", a key that came with the file: give --key to know whose it is")}");
        foreach ((string name, long size) in report.Objects)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Object      {name}, {size} bytes"));
        }

        foreach ((string name, string reason) in report.Absent)
        {
            Console.WriteLine($"Absent      {name}, {reason}");
        }

        foreach (EvidenceEntry entry in report.Entries)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Entry {entry.Index,-5} {entry.At:u} {entry.Kind.ToString().ToLowerInvariant()} {Shown(entry.Details ?? "(erased)")}"));
        }
    }

    /// <summary>Words of a file on a terminal: nothing that moves the cursor, changes colours or turns the direction of what follows.</summary>
    private static string Shown(string text) => new([.. text.Select(c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned ? '\uFFFD' : c)]);
}
