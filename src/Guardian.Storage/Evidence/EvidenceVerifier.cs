using System.Text.Json;

namespace Guardian.Storage;

/// <summary>
/// Checks an export or a receipt offline, and names the first thing that is wrong. It reads the file once from start to end, in constant memory but for the statement, and
/// writes nothing. It needs no node, no network and no key that opens clips.
/// </summary>
/// <remarks>
/// 1. The file is a statement, or a tar of the one form that exports have, with the statement first.
/// 2. The keys are a chain of endorsements that reaches a believed key, and such a key signed the checkpoint; so did every witness asked for.
/// 3. Every entry is in the tree of the checkpoint, and its details are those that its leaf commits to, or an erasure covers their absence.
/// 4. Every object is byte for byte what an acceptance says, is sealed, and none that was accepted and not erased is missing.
/// </remarks>
public static class EvidenceVerifier
{
    private const int MaxEntries = 1_000_000;
    private const int MaxKeys = 1000;

    /// <summary>Checks a file.</summary>
    /// <param name="input">The file, from its start; read forward only.</param>
    /// <param name="trust">Whom to believe.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The findings; <see cref="EvidenceReport.Problem"/> is null when everything holds.</returns>
    public static async Task<EvidenceReport> VerifyAsync(Stream input, EvidenceTrust trust, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(trust);
        var report = new EvidenceReport();
        try
        {
            var reader = new EvidenceFileReader(input);
            (byte[] statement, bool isTar) = await reader.ReadStatementAsync(cancellationToken).ConfigureAwait(false);
            EvidenceDocument document = Parse(statement);
            report = report with { EventId = document.Event };
            report = CheckSignatures(document, trust, report);
            report = report with { Entries = CheckEntries(document, report.Checkpoint!) };
            if (isTar)
            {
                await CheckObjectsAsync(reader, document, report.Entries, cancellationToken).ConfigureAwait(false);
                report = report with
                {
                    Objects = [.. document.Objects.Where(o => o.Absent is null).Select(o => (o.Name, o.Size))],
                    Absent = [.. document.Objects.Where(o => o.Absent is not null).Select(o => (o.Name, o.Absent!))],
                };
            }
            else
            {
                EvidenceFlaw.Unless(document.Objects.Count == 0, "objects: a statement without its file has none");
            }

            return report;
        }
        catch (EvidenceFlaw flaw)
        {
            return report with { Problem = flaw.Message };
        }
    }

    private static EvidenceDocument Parse(byte[] statement)
    {
        try
        {
            EvidenceDocument document = EvidenceDocument.Read(statement);
            EvidenceFlaw.Unless(document.Format == EvidenceDocument.Version, $"format: {Shown(document.Format)} is not known, {EvidenceDocument.Version} is");
            EvidenceFlaw.Unless(document.Entries.Count is >= 1 and <= MaxEntries, $"entries: 1 to {MaxEntries} are needed, there are {document.Entries.Count}");
            EvidenceFlaw.Unless(document.Keys.Count is >= 1 and <= MaxKeys, $"keys: 1 to {MaxKeys} are needed, there are {document.Keys.Count}");
            bool isWhole = document.Objects.All(o => o is not null) && document.Entries.All(IsWhole) && document.Keys.All(k => k is not null && IsWhole(k.Entry));
            EvidenceFlaw.Unless(isWhole, $"{EvidenceDocument.FileName}: null stands where an entry, a key, an object or a hash should");
            return document;
        }
        catch (JsonException e)
        {
            throw new EvidenceFlaw($"{EvidenceDocument.FileName}: not a statement (line {e.LineNumber + 1}, {e.Path})");
        }
    }

    /// <summary>JSON allows null in a list, whatever the list is of.</summary>
    private static bool IsWhole(EvidenceDocumentEntry? e) => e is not null && e.Proof.All(h => h is not null);

    private static EvidenceReport CheckSignatures(EvidenceDocument document, EvidenceTrust trust, EvidenceReport report)
    {
        HashSet<string> pinned = [.. trust.Keys.Select(k => k.Id)];
        var believed = new Dictionary<string, EvidencePublicKey>();
        var keys = new List<EvidencePublicKey>();
        for (int i = 0; i < document.Keys.Count; i++)
        {
            EvidenceKeyInfo key = ReadKey(document.Keys[i], i);
            keys.Add(key.Key);
            bool named = i > 0 || document.Origin == $"guardian/evidence/{key.Key.Id[..16]}";
            EvidenceFlaw.Unless(named, $"keys[0]: {key.Key.Id} is not the first key of {Shown(document.Origin)}");
            bool endorsed = key.EndorsedBy is { } by && believed.TryGetValue(by, out EvidencePublicKey? endorser) && key.IsEndorsedBy(endorser, document.Origin);
            if (endorsed || pinned.Contains(key.Key.Id) || (pinned.Count == 0 && i == 0))
            {
                believed[key.Key.Id] = key.Key;
            }
            else
            {
                // Older than the keys that the verifier was given: nothing hangs on it. Anything else is a broken chain.
                EvidenceFlaw.Unless(pinned.Count > 0 && believed.Count == 0, $"keys[{i}]: no believed key endorses {key.Key.Id}");
            }
        }

        EvidenceFlaw.Unless(believed.Count > 0, $"keys: none of the given keys is among those of the file ({Shown(document.Origin)})");
        EvidenceCheckpoint checkpoint;
        try
        {
            checkpoint = EvidenceCheckpoint.Parse(document.Checkpoint);
        }
        catch (StorageException e)
        {
            throw new EvidenceFlaw(e.Message);
        }

        EvidenceFlaw.Unless(checkpoint.Origin == document.Origin, $"checkpoint: it is of {Shown(checkpoint.Origin)}, the statement of {Shown(document.Origin)}");
        int signer = keys.FindLastIndex(k => believed.ContainsKey(k.Id) && checkpoint.IsSignedBy(k));
        EvidenceFlaw.Unless(signer >= 0, "checkpoint: no believed key's signature verifies");
        CheckKeyEntries(document, keys, checkpoint, signer);
        foreach ((string name, EvidencePublicKey witness) in trust.Witnesses)
        {
            EvidenceFlaw.Unless(checkpoint.IsWitnessedBy(name, witness), $"checkpoint: the signature of witness {name} is missing or does not verify");
        }

        if (trust.Earlier is { } earlier)
        {
            bool follows = earlier.Origin == checkpoint.Origin
                && (earlier.Size < checkpoint.Size || (earlier.Size == checkpoint.Size && earlier.Root.Span.SequenceEqual(checkpoint.Root.Span)));
            EvidenceFlaw.Unless(follows, $"checkpoint: it does not follow the one of {earlier.Size} entries seen earlier");
        }

        return report with { Checkpoint = checkpoint, SignedBy = keys[signer].Id, IsPinned = pinned.Count > 0 };
    }

    private static EvidenceKeyInfo ReadKey(EvidenceDocumentKey key, int i)
    {
        try
        {
            return new EvidenceKeyInfo(EvidencePublicKey.FromPem(key.PublicKey), key.EndorsedBy, key.Endorsement is null ? default : Convert.FromBase64String(key.Endorsement));
        }
        catch (Exception e) when (e is StorageException or FormatException)
        {
            throw new EvidenceFlaw($"keys[{i}]: {e.Message}");
        }
    }

    /// <summary>Each key came into use by an entry of the log. The key before it signed the checkpoint that ends with this entry, and nothing later: whoever finds an old key can forge nothing with it.</summary>
    private static void CheckKeyEntries(EvidenceDocument document, List<EvidencePublicKey> keys, EvidenceCheckpoint checkpoint, int signer)
    {
        long previous = -1;
        for (int i = 0; i < keys.Count; i++)
        {
            string at = $"keys[{i}]: entry {document.Keys[i].Entry.Index}";
            EvidenceEntry entry = CheckEntry(document.Keys[i].Entry, at, checkpoint);
            EvidenceFlaw.Unless(entry.Index > previous, $"{at}: it does not follow entry {previous}");
            previous = entry.Index;
            bool isOfKey = entry.Kind == EvidenceKind.Key && Detail(entry, EvidenceFields.Origin) == document.Origin && Detail(entry, EvidenceFields.Key) == Convert.ToBase64String(keys[i].ToDer());
            EvidenceFlaw.Unless(isOfKey, $"{at}: it does not bring this key into use");
            EvidenceFlaw.Unless(i != signer + 1 || checkpoint.Size == entry.Index + 1, $"checkpoint: {keys[signer].Id} signed it, and entry {entry.Index} had replaced that key");
        }

        EvidenceFlaw.Unless(signer + 2 >= keys.Count, $"checkpoint: {keys[signer].Id} signed it, and that key had been replaced");
    }

    /// <summary>Leaf, proof, and details as far as they are there.</summary>
    private static EvidenceEntry CheckEntry(EvidenceDocumentEntry e, string at, EvidenceCheckpoint checkpoint)
    {
        byte[] leafBytes = Hex(e.Leaf, $"{at}: leaf");
        EvidenceLeaf? leaf = EvidenceLeaf.Decode(leafBytes);
        EvidenceFlaw.Unless(leaf is not null, $"{at}: leaf: not of a known version and kind");
        EvidenceFlaw.Unless(e.Proof.Count <= MerkleProof.MaxLength, $"{at}: proof: {e.Proof.Count} hashes, at most {MerkleProof.MaxLength} are allowed");
        List<ReadOnlyMemory<byte>> proof = [.. e.Proof.Select(h => (ReadOnlyMemory<byte>)Hex(h, $"{at}: proof"))];
        EvidenceFlaw.Unless(
            MerkleProof.VerifyInclusion(MerkleHash.Leaf(leafBytes), e.Index, checkpoint.Size, proof, checkpoint.Root.Span),
            $"{at}: its proof does not lead to the checkpoint's root; the leaf or the proof was changed");
        byte[] salt = e.Salt is null ? [] : Hex(e.Salt, $"{at}: salt");
        EvidenceFlaw.Unless(e.Details is null == e.Salt is null, $"{at}: details and salt go together");
        if (e.Details is not null)
        {
            bool committed = salt.Length == EvidenceLeaf.SaltSize && EvidenceLeaf.Commit(salt, e.Details).AsSpan().SequenceEqual(leaf!.Commitment.Span);
            EvidenceFlaw.Unless(committed, $"{at}: details: not those that the leaf commits to");
            EvidenceFlaw.Unless(EvidenceDetails.Read(e.Details) is not null, $"{at}: details: not an object of strings");
        }

        return new EvidenceEntry { Index = e.Index, Kind = leaf!.Kind, At = leaf.At, Leaf = leafBytes, Details = e.Details, Salt = salt };
    }

    private static List<EvidenceEntry> CheckEntries(EvidenceDocument document, EvidenceCheckpoint checkpoint)
    {
        var entries = new List<EvidenceEntry>();
        var erasures = new List<(long Index, IndexRanges Gone)>();
        string subject = EvidenceQueue.Subject(document.Event);
        long previous = -1;
        foreach (EvidenceDocumentEntry e in document.Entries)
        {
            string at = $"entry {e.Index}";
            EvidenceFlaw.Unless(e.Index > previous, $"{at}: it does not follow entry {previous}");
            previous = e.Index;
            EvidenceEntry entry = CheckEntry(e, at, checkpoint);
            if (entry.Details is not null)
            {
                // What is said of an erased object names the event by its hash alone.
                bool mine = Detail(entry, EvidenceFields.EventHash) is { } hash ? hash == subject : entry.Kind != EvidenceKind.Erasure && Detail(entry, EvidenceFields.Event) == document.Event.ToString();
                EvidenceFlaw.Unless(mine, $"{at}: it is about another event than {document.Event}");
                if (entry.Kind == EvidenceKind.Erasure)
                {
                    erasures.Add((entry.Index, IndexRanges.Parse(Detail(entry, EvidenceFields.Entries) ?? "")));
                }
            }

            entries.Add(entry);
        }

        foreach (EvidenceEntry gone in entries.Where(e => e.Details is null))
        {
            bool erased = erasures.Exists(e => e.Index > gone.Index && e.Gone.Contains(gone.Index));
            EvidenceFlaw.Unless(erased, $"entry {gone.Index}: its details are missing, and no erasure says that they were removed");
        }

        return entries;
    }

    private static async Task CheckObjectsAsync(EvidenceFileReader reader, EvidenceDocument document, IReadOnlyList<EvidenceEntry> entries, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        foreach (EvidenceDocumentObject o in document.Objects)
        {
            string path = EvidenceExport.PathOf(o.Name);
            bool named = o.Name.Length is >= 1 and <= 64 && o.Name[0] != '.' && o.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && seen.Add(o.Name);
            EvidenceFlaw.Unless(named, $"objects: {Shown(o.Name)} is not a name, or stands twice");
            EvidenceEntry? accepted = entries.LastOrDefault(e => IsAcceptance(e) && Detail(e, EvidenceFields.Name) == o.Name);
            if (o.Absent is not null)
            {
                CheckAbsence(o, accepted, entries);
                continue;
            }

            string sha256 = await reader.ReadObjectAsync(path, o.Size, cancellationToken).ConfigureAwait(false);
            EvidenceFlaw.Unless(sha256 == o.Sha256, $"{path}: its SHA-256 is {sha256}, the statement says {Shown(o.Sha256)}");
            EvidenceFlaw.Unless(accepted is not null, $"{path}: no entry says that it was accepted");
            bool same = Detail(accepted!, EvidenceFields.Sha256) == sha256 && Detail(accepted!, EvidenceFields.Size) == FormattableString.Invariant($"{o.Size}");
            EvidenceFlaw.Unless(same, $"{path}: its bytes are not those that entry {accepted!.Index} accepted");
            EvidenceEntry? other = entries.FirstOrDefault(
                e => e.Kind == EvidenceKind.Archive && Detail(e, EvidenceFields.Name) == o.Name && Detail(e, EvidenceFields.Sha256) is { } of && of != sha256);
            EvidenceFlaw.Unless(other is null, $"{path}: its bytes are not those that entry {other?.Index} is about");
        }

        foreach (EvidenceEntry accepted in entries.Where(IsAcceptance))
        {
            string name = Detail(accepted, EvidenceFields.Name) ?? "";
            bool erased = entries.Any(e => e.Kind == EvidenceKind.Erasure && e.Index > accepted.Index && Detail(e, EvidenceFields.Name) == name);
            EvidenceFlaw.Unless(erased || seen.Contains(name), $"{EvidenceExport.PathOf(Shown(name))}: entry {accepted.Index} accepted it, and it is not in the file");
        }

        await reader.ReadEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An object of the statement that is not in the file: an entry of the log must say why.</summary>
    private static void CheckAbsence(EvidenceDocumentObject o, EvidenceEntry? accepted, IReadOnlyList<EvidenceEntry> entries)
    {
        (EvidenceKind Kind, string What)? witness = EvidenceDocumentObject.WitnessOf(o.Absent!);
        EvidenceFlaw.Unless(witness is not null, $"objects: {o.Name}: absent: {Shown(o.Absent!)} is not known");
        bool same = accepted is not null && Detail(accepted, EvidenceFields.Sha256) == o.Sha256 && Detail(accepted, EvidenceFields.Size) == FormattableString.Invariant($"{o.Size}");
        EvidenceFlaw.Unless(same, $"objects: {o.Name}: no entry says that it was accepted");
        bool borneOut = entries.Any(e => e.Index > accepted!.Index && e.Kind == witness!.Value.Kind && Detail(e, EvidenceFields.What) == witness.Value.What && Detail(e, EvidenceFields.Name) == o.Name);
        EvidenceFlaw.Unless(borneOut, $"objects: {o.Name}: it is said to be absent ({o.Absent}), and no entry says so");
    }

    /// <summary>An object that the archive had and the index did not has an entry of its own in place of its acceptance.</summary>
    internal static bool IsAcceptance(EvidenceEntry e) =>
        e.Details is not null && (e.Kind == EvidenceKind.Acceptance || (e.Kind == EvidenceKind.Archive && Detail(e, EvidenceFields.What) == EvidenceFields.Adopted));

    internal static string? Detail(EvidenceEntry entry, string name) => entry.Details is { } text ? EvidenceDetails.Read(text)?.GetValueOrDefault(name) : null;

    private static byte[] Hex(string text, string what)
    {
        bool hex = text.Length % 2 == 0 && text.Length <= 4096 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
        EvidenceFlaw.Unless(hex, $"{what}: not lower-case hexadecimal");
        return Convert.FromHexString(text);
    }

    /// <summary>Words of a file on a terminal: short, and nothing that moves the cursor.</summary>
    private static string Shown(string text) => new([.. text.Take(80).Select(c => c is >= ' ' and <= '~' ? c : '?')]);
}
