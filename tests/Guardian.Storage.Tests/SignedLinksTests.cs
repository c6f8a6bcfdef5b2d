using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Guardian.Storage.Tests.Evidence;

namespace Guardian.Storage.Tests;

public sealed class SignedLinksTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SealedObjectId Clip = SealedObjectId.Clip(EvidenceFixture.EventId);

    [Fact(Timeout = 60_000)]
    public async Task a_link_opens_its_object_until_it_ends()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        (SignedLink link, string token) = await links.IssueAsync(Clip, "anna@example.org", TimeSpan.FromMinutes(5), None);

        Assert.Equal(link, (await links.CheckAsync(token, Clip, None)).Link);
        Assert.Equal(LinkRefusal.OtherObject, (await links.CheckAsync(token, SealedObjectId.Snapshot(Clip.EventId, 1), None)).Refusal);
        Assert.Equal(LinkRefusal.OtherObject, (await links.CheckAsync(token, SealedObjectId.Clip(Guid.NewGuid()), None)).Refusal);
        f.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(LinkRefusal.Expired, (await links.CheckAsync(token, Clip, None)).Refusal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_revoked_link_is_over_at_once_and_all_of_it_is_in_the_log()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        (SignedLink link, string token) = await links.IssueAsync(Clip, "anna", TimeSpan.FromMinutes(5), None);
        Assert.True(await links.RevokeAsync(link.Id, None));
        Assert.False(await links.RevokeAsync(link.Id, None));
        Assert.Equal(LinkRefusal.Revoked, (await links.CheckAsync(token, Clip, None)).Refusal);

        EvidenceCheckpoint checkpoint = await f.Log.IntegrateAsync(None);
        Assert.Equal(3, checkpoint.Size);
        Assert.Contains($"\"link\":\"{link.Id}\",\"name\":\"clip.mp4\",\"viewer\":\"anna\"", (await f.Log.GetEntryAsync(1, None))!.Details, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[2], (await f.Log.GetEntryAsync(1, None))!.Details, StringComparison.Ordinal);
        Assert.Contains("revoked", (await f.Log.GetEntryAsync(2, None))!.Details, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_changed_token_is_not_genuine()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        string token = (await links.IssueAsync(Clip, "anna", TimeSpan.FromMinutes(5), None)).Token;
        for (int i = 0; i < token.Length; i++)
        {
            string changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            LinkCheck check = await links.CheckAsync(changed, Clip, None);

            // The last digit of base64 has bits that count for nothing; a decoder that takes them would be a second spelling.
            Assert.True(check.Refusal == LinkRefusal.NotGenuine, $"digit {i}");
        }

        foreach (string bad in new[] { "", "a.b.c", "..", new string('A', 5000), token + ".", Unsigned(token) })
        {
            Assert.Equal(LinkRefusal.NotGenuine, (await links.CheckAsync(bad, Clip, None)).Refusal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task keys_rotate_and_links_of_the_old_one_live_out_their_time()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        string old = (await links.IssueAsync(Clip, "anna", TimeSpan.FromMinutes(5), None)).Token;
        links.RotateKey();
        string next = (await links.IssueAsync(Clip, "anna", TimeSpan.FromMinutes(5), None)).Token;

        Assert.NotEqual(old.Split('.')[0], next.Split('.')[0]);
        Assert.NotNull((await links.CheckAsync(old, Clip, None)).Link);
        Assert.NotNull((await links.CheckAsync(next, Clip, None)).Link);
        Assert.All(Directory.GetFiles(f.FileOf("links")), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_old_key_goes_when_nothing_it_signed_can_still_be_good()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        string old = (await links.IssueAsync(Clip, "anna", TimeSpan.FromHours(24), None)).Token;
        f.Time.Advance(TimeSpan.FromDays(3));
        links.RotateKey();
        f.Time.Advance(TimeSpan.FromHours(23));
        links.RotateKey();
        Assert.Equal(LinkRefusal.Expired, (await links.CheckAsync(old, Clip, None)).Refusal);

        f.Time.Advance(TimeSpan.FromHours(3));
        links.RotateKey();
        Assert.Equal(LinkRefusal.NotGenuine, (await links.CheckAsync(old, Clip, None)).Refusal);
        Assert.Equal(3, Directory.GetFiles(f.FileOf("links"), "*.key").Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task whoever_the_operator_gave_a_key_makes_links_with_any_jwt_library()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        byte[] key = RandomNumberGenerator.GetBytes(32);
        await File.WriteAllTextAsync(f.FileOf("links/portal.key"), Convert.ToHexStringLower(key));
        long now = f.Time.GetUtcNow().ToUnixTimeSeconds();
        string Token(long from, long until) => Jwt(key, """{"typ":"JWT","alg":"HS256","kid":"portal"}""",
            $$"""{"sub":"ben","aud":"guardian-relay","jti":"p-1","nbf":{{from}},"exp":{{until}},"event":"{{Clip.EventId}}","object":"clip.mp4"}""");

        Assert.Equal("ben", (await links.CheckAsync(Token(now, now + 60), Clip, None)).Link!.Viewer);
        Assert.Equal(LinkRefusal.Expired, (await links.CheckAsync(Token(now, now + (86_400 * 31)), Clip, None)).Refusal);
        Assert.Equal(LinkRefusal.Expired, (await links.CheckAsync(Token(now + 3600, now + 7200), Clip, None)).Refusal);
        string none = Jwt(key, """{"alg":"none","kid":"portal"}""", "{}");
        Assert.Equal(LinkRefusal.NotGenuine, (await links.CheckAsync(none, Clip, None)).Refusal);
        Assert.True(await links.RevokeAsync("p-1", None));
        Assert.Equal(LinkRefusal.Revoked, (await links.CheckAsync(Token(now, now + 60), Clip, None)).Refusal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_revoked_link_that_begins_later_never_opens()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        byte[] key = RandomNumberGenerator.GetBytes(32);
        await File.WriteAllTextAsync(f.FileOf("links/portal.key"), Convert.ToHexStringLower(key));
        TimeSpan wait = TimeSpan.FromDays(400);
        long from = (f.Time.GetUtcNow() + wait).ToUnixTimeSeconds();
        string token = Jwt(key, """{"alg":"HS256","kid":"portal"}""",
            $$"""{"sub":"ben","aud":"guardian-relay","jti":"p-1","nbf":{{from}},"exp":{{from + 3600}},"event":"{{Clip.EventId}}","object":"clip.mp4"}""");
        await links.RevokeAsync("p-1", None);
        f.Time.Advance(wait);
        await links.RevokeAsync("p-2", None);
        Assert.Equal(LinkRefusal.Revoked, (await links.CheckAsync(token, Clip, None)).Refusal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_key_that_changes_in_place_or_goes_counts_at_once_and_a_bad_one_stops_no_other()
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        SignedLinks links = Links(f);
        string own = (await links.IssueAsync(Clip, "anna", TimeSpan.FromMinutes(5), None)).Token;
        byte[] first = RandomNumberGenerator.GetBytes(32), second = RandomNumberGenerator.GetBytes(32);
        long now = f.Time.GetUtcNow().ToUnixTimeSeconds();
        string Token(byte[] key) => Jwt(key, """{"alg":"HS256","kid":"portal"}""",
            $$"""{"sub":"ben","aud":"guardian-relay","jti":"p-1","nbf":{{now}},"exp":{{now + 60}},"event":"{{Clip.EventId}}","object":"clip.mp4"}""");
        string file = f.FileOf("links/portal.key");
        await File.WriteAllTextAsync(file, Convert.ToHexStringLower(first));
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.NotNull((await links.CheckAsync(Token(first), Clip, None)).Link);

        // Written into the same file: the folder does not change by that.
        await File.WriteAllTextAsync(file, Convert.ToHexStringLower(second));
        Assert.Equal(LinkRefusal.NotGenuine, (await links.CheckAsync(Token(first), Clip, None)).Refusal);
        Assert.NotNull((await links.CheckAsync(Token(second), Clip, None)).Link);

        await File.WriteAllTextAsync(file, "half a ke");
        File.CreateSymbolicLink(f.FileOf("links/gone.key"), f.FileOf("links/nowhere"));
        Assert.Equal(LinkRefusal.NotGenuine, (await links.CheckAsync(Token(second), Clip, None)).Refusal);
        Assert.NotNull((await links.CheckAsync(own, Clip, None)).Link);
        File.Delete(file);
        Assert.NotNull((await links.CheckAsync(own, Clip, None)).Link);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("", 60, "viewer")]
    [InlineData("anna", 0, "lifetime")]
    [InlineData("anna", 86_401, "lifetime")]
    public async Task a_link_that_may_not_be_is_refused_by_field(string viewer, int seconds, string field)
    {
        await using EvidenceFixture f = await EvidenceFixture.CreateAsync();
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => Links(f).IssueAsync(Clip, viewer, TimeSpan.FromSeconds(seconds), None));
        Assert.StartsWith(field, refused.Message, StringComparison.Ordinal);
    }

    private static SignedLinks Links(EvidenceFixture f) => new(f.Database, f.Log, new SignedLinkOptions { Directory = f.FileOf("links") }, f.Time);

    private static string Unsigned(string token) => $"{token.Split('.')[0]}.{token.Split('.')[1]}.";

    private static string Jwt(byte[] key, string header, string claims)
    {
        string body = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{body}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(body)))}";
    }
}
