using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Guardian.Storage.Tests.Evidence;

public sealed class EvidenceExportTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact(Timeout = 60_000)]
    public async Task an_export_verifies_offline_and_says_what_it_proves()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        EvidenceReport report = await VerifyAsync(file, f);

        Assert.Null(report.Problem);
        Assert.True(report.IsPinned);
        Assert.Equal(EvidenceFixture.EventId, report.EventId);
        Assert.Equal(["clip.mp4", "metadata.json", "snapshot.jpg"], report.Objects.Select(o => o.Name).Order());
        Assert.Equal(9, report.Entries.Count);
        Assert.False((await EvidenceVerifier.VerifyAsync(new MemoryStream(file), new EvidenceTrust(), None)).IsPinned);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_export_is_a_tar_that_others_read()
    {
        await using EvidenceFixture f = await WithEventAsync();
        await using var tar = new TarReader(new MemoryStream(await f.ExportAsync()));
        var names = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Equal(["evidence.json", "objects/clip.mp4", "objects/snapshot.jpg", "objects/metadata.json"], names);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_later_key_verifies_what_it_signed_and_an_earlier_one_through_the_endorsement()
    {
        await using EvidenceFixture f = await WithEventAsync();
        EvidencePublicKey first = (await f.Log.ListKeysAsync(None))[0].Key;
        EvidencePublicKey second = await f.Log.RotateKeyAsync(None);
        byte[] file = await f.ExportAsync();
        using EvidenceSigningKey stranger = EvidenceSigningKey.Generate();

        Assert.Null((await VerifyAsync(file, first)).Problem);
        Assert.Null((await VerifyAsync(file, second)).Problem);
        Assert.Contains("none of the given keys", (await VerifyAsync(file, stranger.PublicKey)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task a_flipped_byte_anywhere_in_the_file_is_named()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        var random = new Random(17);
        IEnumerable<int> places = Enumerable.Range(0, 300).Select(_ => random.Next(file.Length)).Concat([0, 124, 511, 512, file.Length - 1, file.Length - 1024]);
        foreach (int place in places)
        {
            byte[] changed = [.. file];
            changed[place] ^= 1;
            EvidenceReport report = await VerifyAsync(changed, f);
            Assert.True(report.Problem is { Length: > 0 }, $"byte {place} of {file.Length}");
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task a_file_cut_anywhere_or_with_something_behind_it_is_named()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        for (int length = 0; length < file.Length; length += Math.Max(1, file.Length / 97))
        {
            Assert.NotNull((await VerifyAsync(file[..length], f)).Problem);
        }

        Assert.Equal("something follows the last object", (await VerifyAsync([.. file, 0], f)).Problem);
        Assert.Equal("the file is empty", (await VerifyAsync([], f)).Problem);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("anna", "anne", "details: not those that the leaf commits to")]
    [InlineData("guardian-evidence/1", "guardian-evidence/2", "format: guardian-evidence/2 is not known")]
    public async Task changed_words_of_the_statement_are_named(string from, string to, string problem)
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(await f.ExportAsync()).Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(problem, (await VerifyAsync(file, f)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task each_kind_of_tampering_with_the_statement_has_its_name()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        EvidenceDocument good = Statement(file);
        EvidenceDocumentEntry e = good.Entries[2];
        EvidenceDocument With(EvidenceDocumentEntry entry) => good with { Entries = [.. good.Entries.Select(x => x.Index == entry.Index ? entry : x)] };
        string other = (e.Proof[0][0] == '0' ? "1" : "0") + e.Proof[0][1..];
        (EvidenceDocument, string)[] cases =
        [
            (With(e with { Leaf = good.Entries[1].Leaf }), "entry 3: its proof does not lead"),
            (With(e with { Proof = [other, .. e.Proof.Skip(1)] }), "entry 3: its proof does not lead"),
            (With(e with { Proof = [.. e.Proof.Skip(1)] }), "entry 3: its proof does not lead"),
            (With(e with { Proof = [.. Enumerable.Repeat(e.Proof[0], 64)] }), "entry 3: proof: 64 hashes"),
            (With(e with { Proof = ["zz"] }), "entry 3: proof: not lower-case hexadecimal"),
            (With(e with { Salt = new string('0', 64) }), "entry 3: details: not those"),
            (With(e with { Salt = null }), "entry 3: details and salt go together"),
            (With(e with { Details = null, Salt = null }), "entry 3: its details are missing, and no erasure"),
            (With(e with { Leaf = "02" + e.Leaf[2..] }), "entry 3: leaf: not of a known version"),
            (good with { Entries = [.. good.Entries.Where(x => x.Index != good.Entries[0].Index)] }, "objects/clip.mp4: no entry says that it was accepted"),
            (good with { Entries = [.. good.Entries.Reverse()] }, "it does not follow entry"),
            (good with { Entries = [] }, "entries: 1 to"),
            (good with { Event = Guid.NewGuid() }, "it is about another event"),
            (good with { Checkpoint = good.Checkpoint.Replace("time 1", "time 2", StringComparison.Ordinal) }, "checkpoint: no believed key's signature verifies"),
            (good with { Checkpoint = "x" }, "checkpoint: not a signed note"),
            (good with { Origin = "guardian/evidence/0000000000000000" }, "is not the first key of"),
            (good with { Keys = [] }, "keys: 1 to"),
            (good with { Objects = [good.Objects[0], good.Objects[0]] }, "is not a name, or stands twice"),
            (good with { Objects = [good.Objects[0] with { Name = "../../etc/passwd" }, .. good.Objects.Skip(1)] }, "objects: ../../etc/passwd is not a name"),
            (good with { Objects = [good.Objects[0] with { Size = long.MaxValue }] }, "something else does"),
            (good with { Objects = [good.Objects[0] with { Size = -1 }] }, "something else does"),
        ];
        foreach ((EvidenceDocument statement, string problem) in cases)
        {
            EvidenceReport report = await VerifyAsync(Replace(file, statement), f);
            Assert.True(report.Problem?.Contains(problem, StringComparison.Ordinal) == true, $"{report.Problem} should say: {problem}");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task another_clip_in_the_clips_place_is_named_even_with_a_statement_to_match()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        EvidenceDocument good = Statement(file);
        byte[] forged = await Sample.SealAsync(Sample.Bytes(200_000, seed: 9));
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(forged));
        byte[] swapped = Build(good with { Objects = [good.Objects[0] with { Size = forged.Length, Sha256 = sha256 }] }, ("objects/clip.mp4", forged));
        Assert.Contains("objects/clip.mp4: its bytes are not those that entry 1 accepted", (await VerifyAsync(swapped, f)).Problem, StringComparison.Ordinal);

        byte[] plain = Build(good with { Objects = [good.Objects[0] with { Size = 5 }] }, ("objects/clip.mp4", "plain"u8.ToArray()));
        Assert.Contains("objects/clip.mp4: the content is not sealed", (await VerifyAsync(plain, f)).Problem, StringComparison.Ordinal);

        byte[] without = Build(good with { Objects = [] });
        Assert.Contains("objects/clip.mp4: entry 1 accepted it, and it is not in the file", (await VerifyAsync(without, f)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_log_made_up_by_somebody_else_does_not_pass_for_the_pinned_one()
    {
        await using EvidenceFixture f = await WithEventAsync();
        await using EvidenceFixture forger = await WithEventAsync();
        Assert.Contains("none of the given keys", (await VerifyAsync(await forger.ExportAsync(), f)).Problem, StringComparison.Ordinal);

        // The pinned key beside the forger's own: no endorsement leads from one to the other.
        byte[] file = await forger.ExportAsync();
        EvidenceDocument mixed = Statement(file) with { Keys = [.. Statement(file).Keys, .. Statement(await f.ExportAsync()).Keys] };
        Assert.Contains("checkpoint: no believed key's signature verifies", (await VerifyAsync(Replace(file, mixed), f)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_erased_events_receipt_proves_what_is_gone_without_showing_it()
    {
        await using EvidenceFixture f = await WithEventAsync();
        foreach (SealedObjectInfo o in f.Objects)
        {
            await f.QueueAsync(EvidenceKind.Erasure, "erased", o);
        }

        byte[] receipt = (await EvidenceExport.ReceiptAsync(f.Log, EvidenceFixture.EventId, None))!;
        EvidenceReport report = await VerifyAsync(receipt, f);
        Assert.Null(report.Problem);
        Assert.Equal(3, report.Entries.Count(e => e.Kind == EvidenceKind.Erasure));
        Assert.Equal(9, report.Entries.Count(e => e.Details is null));
        string text = Encoding.UTF8.GetString(receipt);
        Assert.DoesNotContain("front", text, StringComparison.Ordinal);
        Assert.DoesNotContain("anna", text, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(f.Objects[0].Sha256.Span), text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task witnesses_and_earlier_checkpoints_are_held_against_the_file()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        using EvidenceSigningKey witness = EvidenceSigningKey.Generate();
        EvidenceDocument good = Statement(file);
        EvidenceCheckpoint signed = EvidenceCheckpoint.Parse(good.Checkpoint);
        var trust = new EvidenceTrust { Witnesses = { ["witness.example"] = witness.PublicKey }, Earlier = signed };

        Assert.Contains("witness witness.example", (await EvidenceVerifier.VerifyAsync(new MemoryStream(file), trust, None)).Problem, StringComparison.Ordinal);
        byte[] witnessed = Replace(file, good with { Checkpoint = signed.CountersignedBy("witness.example", witness).Note });
        Assert.Null((await EvidenceVerifier.VerifyAsync(new MemoryStream(witnessed), trust, None)).Problem);

        await f.AddAsync("snapshot-2.jpg", 10);
        trust.Earlier = await f.Log.IntegrateAsync(None);
        Assert.Contains("does not follow", (await EvidenceVerifier.VerifyAsync(new MemoryStream(witnessed), trust, None)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task random_bytes_and_mutated_statements_never_do_worse_than_be_refused()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        byte[] statement = Statement(file).Write();
        byte[] objects = file[(512 + Size(file) + TarHeader.Padding(Size(file)))..];
        var random = new Random(23);
        for (int i = 0; i < 2000; i++)
        {
            // Cut or whole; whole ones reach what is behind the JSON reader more often than not.
            byte[] mutated = i % 4 == 0 ? [.. statement.AsSpan(0, random.Next(1, statement.Length))] : [.. statement];
            for (int k = random.Next(6); k >= 0; k--)
            {
                int at = random.Next(mutated.Length);
                byte to = (byte)(i % 4 == 3 ? "0123456789abcdef"[random.Next(16)] : random.Next(256));
                mutated[at] = mutated[at] == to ? (byte)(to + 1) : to;
            }

            if (!IsSameJson(mutated, statement))
            {
                byte[] whole = [.. TarHeader.Write("evidence.json", mutated.Length), .. mutated, .. new byte[TarHeader.Padding(mutated.Length)], .. objects];
                Assert.NotNull((await VerifyAsync(i % 5 == 0 ? mutated : whole, f)).Problem);
            }
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task a_statement_with_members_dropped_doubled_swapped_or_null_is_refused()
    {
        await using EvidenceFixture f = await WithEventAsync();
        await f.Log.RotateKeyAsync(None);
        byte[] file = await f.ExportAsync();
        byte[] statement = Statement(file).Write();
        var kinds = new HashSet<string>();
        int places = Places(JsonNode.Parse(statement)!).Count;
        for (int place = 0; place < places; place++)
        {
            for (int how = 0; how < 6; how++)
            {
                JsonNode document = JsonNode.Parse(statement)!;
                JsonNode at = Places(document)[place];
                string path = at.GetPath();
                if (!Mutate(at, how) || IsSameJson(Encoding.UTF8.GetBytes(document.ToJsonString()), statement))
                {
                    continue;
                }

                byte[] bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
                int rest = 512 + Size(file) + TarHeader.Padding(Size(file));
                EvidenceReport report = await VerifyAsync([.. TarHeader.Write("evidence.json", bytes.Length), .. bytes, .. new byte[TarHeader.Padding(bytes.Length)], .. file[rest..]], f);
                kinds.Add(report.Problem?.Split(' ')[0] ?? "");

                // Entries that no object hangs on may be left out: a log shows what it is asked for. Nothing else may.
                bool mayGo = how == 0 && path.StartsWith("$.entries[", StringComparison.Ordinal) && path.EndsWith(']');
                Assert.True(report.Problem is not null || mayGo, $"{path}, {how}");
            }
        }

        // Past the reader of the JSON, into each of the checks.
        Assert.Superset(new HashSet<string> { "evidence.json:", "entry", "objects:", "keys[0]:", "checkpoint:" }, kinds);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("entries")]
    [InlineData("keys")]
    [InlineData("objects")]
    [InlineData("proof")]
    public async Task null_in_a_list_is_refused(string list)
    {
        await using EvidenceFixture f = await WithEventAsync();
        JsonNode document = JsonNode.Parse(Statement(await f.ExportAsync()).Write())!;
        (list == "proof" ? document["entries"]![0]!["proof"] : document[list])!.AsArray().Add(null);
        Assert.Contains("null stands where", (await VerifyAsync(Encoding.UTF8.GetBytes(document.ToJsonString()), f)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_key_that_brings_its_own_curve_is_refused()
    {
        await using EvidenceFixture f = await WithEventAsync();
        byte[] file = await f.ExportAsync();
        using var named = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var explicitly = ECDsa.Create(named.ExportExplicitParameters(includePrivateParameters: true));
        string pem = explicitly.ExportSubjectPublicKeyInfoPem();
        EvidenceDocument good = Statement(file);
        EvidenceReport report = await VerifyAsync(Replace(file, good with { Keys = [good.Keys[0] with { PublicKey = pem }] }), f);
        Assert.Contains("keys[0]: evidence key: not", report.Problem, StringComparison.Ordinal);
        Assert.Contains("recipient key: ", Assert.Throws<StorageException>(() => RecipientPublicKey.FromPem(pem)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_replaced_key_vouches_for_nothing_later()
    {
        await using EvidenceFixture f = await WithEventAsync();
        using EvidenceSigningKey stolen = EvidenceSigningKey.Read(f.FileOf("evidence/key.pem"));
        await f.Log.RotateKeyAsync(None);
        await f.AddAsync("snapshot-2.jpg", 100);
        byte[] file = await f.ExportAsync();
        EvidenceDocument good = Statement(file);
        EvidenceCheckpoint signed = EvidenceCheckpoint.Parse(good.Checkpoint);
        string forged = EvidenceCheckpoint.Sign(signed.Origin, signed.Size, signed.Root, signed.At.AddDays(1), stolen).Note;

        Assert.Null((await VerifyAsync(file, stolen.PublicKey)).Problem);
        Assert.Contains("had replaced that key", (await VerifyAsync(Replace(file, good with { Checkpoint = forged }), stolen.PublicKey)).Problem, StringComparison.Ordinal);
        EvidenceDocument moved = good with { Keys = [good.Keys[0], good.Keys[1] with { Entry = good.Entries[^1] }] };
        Assert.Contains("does not bring this key into use", (await VerifyAsync(Replace(file, moved), stolen.PublicKey)).Problem, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(SealedObjectStatus.Deleting, EvidenceKind.Retention, "to be deleted", "deleting")]
    [InlineData(SealedObjectStatus.Failed, EvidenceKind.Archive, "lost", "lost")]
    public async Task what_cannot_be_given_out_any_more_is_said_and_borne_out_by_the_log(SealedObjectStatus status, EvidenceKind kind, string what, string absent)
    {
        await using EvidenceFixture f = await WithEventAsync();
        f.Objects[1] = f.Objects[1] with { Status = status, ArchivedAt = f.Time.GetUtcNow() };
        Assert.Contains("no entry says so", (await VerifyAsync(await f.ExportAsync(), f)).Problem, StringComparison.Ordinal);
        await f.QueueAsync(kind, what, f.Objects[1]);
        byte[] file = await f.ExportAsync();
        EvidenceReport report = await VerifyAsync(file, f);
        Assert.Null(report.Problem);
        Assert.Equal(("snapshot.jpg", absent), Assert.Single(report.Absent));
        Assert.Equal(2, report.Objects.Count);

        EvidenceDocument good = Statement(file);
        EvidenceDocument hidden = good with { Objects = [.. good.Objects.Select(o => o with { Absent = o.Name == "clip.mp4" ? absent : o.Absent })] };
        Assert.Contains("objects: clip.mp4: it is said to be absent", (await VerifyAsync(Replace(file, hidden), f)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_export_is_an_access_to_each_of_its_objects()
    {
        await using EvidenceFixture f = await WithEventAsync();
        await f.ExportAsync();
        await f.Log.IntegrateAsync(None);
        Assert.Equal(3, (await f.Log.ListForEventAsync(EvidenceFixture.EventId, None)).Count(e => e.Details!.Contains("\"viewer\":\"ben\"", StringComparison.Ordinal)));
    }

    /// <summary>Every value of a JSON document but the root.</summary>
    private static List<JsonNode> Places(JsonNode root)
    {
        IEnumerable<JsonNode?> children = root switch { JsonObject o => o.Select(p => p.Value), JsonArray a => a, _ => [] };
        return [.. children.OfType<JsonNode>().SelectMany(c => Places(c).Prepend(c))];
    }

    private static bool Mutate(JsonNode at, int how)
    {
        JsonNode parent = at.Parent!;
        switch (how)
        {
            case 0 when parent is JsonObject o:
                return o.Remove(at.GetPropertyName());
            case 0:
                return parent.AsArray().Remove(at);
            case 1:
                at.ReplaceWith((JsonNode?)null);
                return true;
            case 2 when parent is JsonArray list:
                list.Insert(at.GetElementIndex(), at.DeepClone());
                return true;
            case 3 when parent is JsonArray { Count: > 1 } list:
                JsonNode other = list[at.GetElementIndex() == 0 ? list.Count - 1 : 0]!.DeepClone();
                at.ReplaceWith(other);
                return true;
            case 4:
                at.ReplaceWith(JsonValue.Create(-1));
                return true;
            case 5:
                at.ReplaceWith(new JsonArray());
                return true;
            default:
                return false;
        }
    }

    /// <summary>White space and the spelling of letters mean nothing.</summary>
    private static bool IsSameJson(byte[] one, byte[] other)
    {
        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(one), JsonNode.Parse(other));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<EvidenceFixture> WithEventAsync()
    {
        EvidenceFixture f = await EvidenceFixture.CreateAsync();
        await f.AddAsync("clip.mp4", 200_000);
        await f.AddAsync("snapshot.jpg", 5000);
        await f.AddAsync("metadata.json", 300);
        await f.AddAsync("clip.mp4", 100, Guid.NewGuid());
        f.Objects.RemoveAt(3);
        return f;
    }

    private static async Task<EvidenceReport> VerifyAsync(byte[] file, EvidenceFixture f) => await VerifyAsync(file, (await f.Log.ListKeysAsync(None))[0].Key);

    private static Task<EvidenceReport> VerifyAsync(byte[] file, EvidencePublicKey key) => EvidenceVerifier.VerifyAsync(new MemoryStream(file), new EvidenceTrust { Keys = { key } }, None);

    private static EvidenceDocument Statement(byte[] file) => EvidenceDocument.Read(file.AsSpan(512, Size(file)));

    private static int Size(byte[] file) => Convert.ToInt32(Encoding.ASCII.GetString(file, 124, 11), 8);

    private static byte[] Replace(byte[] file, EvidenceDocument statement)
    {
        int rest = 512 + Size(file) + TarHeader.Padding(Size(file));
        byte[] bytes = statement.Write();
        return [.. TarHeader.Write("evidence.json", bytes.Length), .. bytes, .. new byte[TarHeader.Padding(bytes.Length)], .. file[rest..]];
    }

    private static byte[] Build(EvidenceDocument statement, params (string Name, byte[] Bytes)[] objects)
    {
        byte[] bytes = statement.Write();
        var file = new List<byte>([.. TarHeader.Write("evidence.json", bytes.Length), .. bytes, .. new byte[TarHeader.Padding(bytes.Length)]]);
        foreach ((string name, byte[] content) in objects)
        {
            file.AddRange([.. TarHeader.Write(name, content.Length), .. content, .. new byte[TarHeader.Padding(content.Length)]]);
        }

        file.AddRange(new byte[1024]);
        return [.. file];
    }
}
