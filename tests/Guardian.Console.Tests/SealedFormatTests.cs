using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Console.Tests.Browser;
using Guardian.Testing;
using Microsoft.Playwright;

namespace Guardian.Console.Tests;

/// <summary>Holds the page's unsealing against the format's test vectors and against the node's own sealer.</summary>
[Collection(SharedBrowser.Name)]
public sealed class SealedFormatTests(ConsoleFixture fixture)
{
    private const int Limit = 90_000;

    private const string OpenVectors =
        """
        async (json) => {
          const vectors = JSON.parse(json);
          const { openPrivateKey } = await import('/js/sealing/keys.js');
          const { unseal } = await import('/js/sealing/unseal.js');
          const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (h) => parseInt(h, 16));
          const key = await openPrivateKey(vectors.encryptedPrivateKeyPem, vectors.passphrase);
          const results = [];
          for (const v of vectors.valid.filter((x) => x.sealedHex !== null)) {
            const { header, plaintext } = await unseal(bytes(v.sealedHex), key);
            const right = plaintext.length === v.plaintextLength && plaintext.every((b, i) => b === (i * 7 + 3) % 256);
            results.push(`${v.name}: ${header.contentType === v.contentType && right ? 'opened' : 'wrong'}`);
          }
          for (const v of vectors.invalid) {
            const error = await unseal(bytes(v.sealedHex), key).then(() => 'opened', (e) => e.error ?? String(e));
            results.push(`${v.name}: ${error}`);
          }
          return results;
        }
        """;

    private const string OpenOne =
        """
        async ({ pem, passphrase, base64 }) => {
          const { openPrivateKey } = await import('/js/sealing/keys.js');
          const { unseal } = await import('/js/sealing/unseal.js');
          const key = await openPrivateKey(pem, passphrase);
          try {
            const { plaintext } = await unseal(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)), key);
            const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', plaintext));
            return Array.from(hash, (b) => b.toString(16).padStart(2, '0')).join('');
          } catch (e) {
            return e.error ?? String(e);
          }
        }
        """;

    private const string ChangeEveryByte =
        """
        async ({ pem, passphrase, base64 }) => {
          const { openPrivateKey } = await import('/js/sealing/keys.js');
          const { unseal } = await import('/js/sealing/unseal.js');
          const key = await openPrivateKey(pem, passphrase);
          const good = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          const wrong = [];
          for (let i = 0; i < good.length; i++) {
            const changed = good.slice();
            changed[i] ^= 0x41;
            const flipped = await unseal(changed, key).then(() => 'opened', (e) => e.name);
            const cut = await unseal(good.slice(0, i), key).then(() => 'opened', (e) => e.name);
            if (flipped !== 'SealedFormatException' || cut !== 'SealedFormatException') {
              wrong.push(`${i}: ${flipped}, ${cut}`);
            }
          }
          return wrong;
        }
        """;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task valid_vectors_open_and_invalid_ones_fail_as_they_should()
    {
        string json = await File.ReadAllTextAsync(Repository.PathTo("docs", "formats", "sealed-clip-vectors.json"));
        using JsonDocument vectors = JsonDocument.Parse(json);
        string[] expected =
        [
            .. vectors.RootElement.GetProperty("valid").EnumerateArray()
                .Where(v => v.GetProperty("sealedHex").ValueKind == JsonValueKind.String).Select(v => $"{v.GetProperty("name")}: opened"),
            .. vectors.RootElement.GetProperty("invalid").EnumerateArray().Select(v => $"{v.GetProperty("name")}: {v.GetProperty("error")}"),
        ];
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        string[] results = await session.Page.EvaluateAsync<string[]>(OpenVectors, json);
        Assert.True(expected.Length >= 10, "the vectors are missing");
        Assert.Equal(expected, results);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task what_the_node_seals_opens_in_the_browser_at_every_chunk_boundary()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        foreach (int length in new[] { 0, 1, 65_535, 65_536, 65_537, 131_072, 131_172 })
        {
            byte[] plaintext = RandomNumberGenerator.GetBytes(length);
            byte[] sealedBytes = await fixture.Customer.SealAsync(plaintext, "video/mp4");
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(plaintext)), await OpenAsync(session.Page, sealedBytes));
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task chunks_that_are_missing_moved_or_appended_are_noticed()
    {
        const int sealedChunk = (64 * 1024) + 16;
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        byte[] good = await fixture.Customer.SealAsync(RandomNumberGenerator.GetBytes(3 * 64 * 1024), "video/mp4");
        int header = good.Length - (3 * sealedChunk);
        byte[] first = good[header..(header + sealedChunk)], second = good[(header + sealedChunk)..(header + (2 * sealedChunk))], third = good[^sealedChunk..];

        Assert.Equal("NotAuthentic", await OpenAsync(session.Page, good[..^sealedChunk]));
        Assert.Equal("NotAuthentic", await OpenAsync(session.Page, [.. good[..header], .. second, .. first, .. third]));
        Assert.Equal("NotAuthentic", await OpenAsync(session.Page, [.. good[..header], .. second, .. third]));
        Assert.Equal("NotAuthentic", await OpenAsync(session.Page, [.. good, .. third]));
        Assert.Equal("BadFraming", await OpenAsync(session.Page, [.. good, .. new byte[16]]));
        Assert.Equal("BadFraming", await OpenAsync(session.Page, [.. good, 0]));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task no_changed_byte_and_no_cut_goes_unnoticed()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        byte[] good = await fixture.Customer.SealAsync("some plaintext"u8.ToArray(), "text/plain");
        Assert.Empty(await session.Page.EvaluateAsync<string[]>(ChangeEveryByte, Arguments(good)));
    }

    private Task<string> OpenAsync(IPage page, byte[] sealedBytes) => page.EvaluateAsync<string>(OpenOne, Arguments(sealedBytes));

    private object Arguments(byte[] sealedBytes) => new
    {
        pem = fixture.Customer.EncryptedPem,
        passphrase = Node.Customer.Passphrase,
        base64 = Convert.ToBase64String(sealedBytes),
    };
}
