using System.Security.Cryptography;
using System.Text.Json;

namespace Guardian.Storage.Tests;

/// <summary>Holds the code against docs/formats/sealed-clip-vectors.json, which other implementations are held against too.</summary>
public sealed class TestVectorTests
{
    private static readonly string File = Testing.Repository.PathTo("docs", "formats", "sealed-clip-vectors.json");
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    [Fact]
    public async Task sealing_with_the_vectors_randomness_gives_the_vectors_bytes()
    {
        Vectors vectors = await LoadAsync();
        foreach (Positive v in vectors.Valid)
        {
            byte[] sealedBytes = await new Sealer([RecipientPublicKey.FromPem(vectors.PublicKeyPem)], new Fixed(v)).SealAsync(v.Plaintext(), v.ContentType);
            Assert.Equal(v.SealedSha256, Convert.ToHexStringLower(SHA256.HashData(sealedBytes)));
            Assert.True(v.SealedHex is null || v.SealedHex == Convert.ToHexStringLower(sealedBytes), v.Name);
        }
    }

    [Fact]
    public async Task valid_vectors_open_and_invalid_ones_fail_as_they_should()
    {
        Vectors vectors = await LoadAsync();
        using RecipientPrivateKey key = RecipientPrivateKey.FromEncryptedPem(vectors.EncryptedPrivateKeyPem, vectors.Passphrase);
        foreach (Positive v in vectors.Valid.Where(v => v.SealedHex is not null))
        {
            Assert.Equal(v.Plaintext(), await Sample.UnsealAsync(Convert.FromHexString(v.SealedHex!), key));
        }

        foreach (Negative v in vectors.Invalid)
        {
            var error = await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(Convert.FromHexString(v.SealedHex), key));
            Assert.True(v.Error == error.Error.ToString(), $"{v.Name}: {error.Error}, expected {v.Error}");
        }
    }

    private static async Task<Vectors> LoadAsync()
    {
        if (Environment.GetEnvironmentVariable("GUARDIAN_WRITE_VECTORS") == "1")
        {
            await System.IO.File.WriteAllTextAsync(File, JsonSerializer.Serialize(await MakeAsync(), Json) + "\n");
        }

        return JsonSerializer.Deserialize<Vectors>(await System.IO.File.ReadAllTextAsync(File), Json)!;
    }

    private static async Task<Vectors> MakeAsync()
    {
        const string passphrase = "test vectors only";
        using RecipientPrivateKey key = RecipientPrivateKey.Generate();
        using RecipientPrivateKey other = RecipientPrivateKey.Generate();
        var valid = new List<Positive>();
        foreach ((string name, int length) in new[] { ("empty", 0), ("one byte", 1), ("one full chunk", 65536), ("two chunks and a bit", 131_172) })
        {
            using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            var v = new Positive(name, "video/mp4", length, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                Convert.ToHexStringLower(ephemeral.ExportPkcs8PrivateKey()), "", null);
            byte[] sealedBytes = await new Sealer([key.PublicKey], new Fixed(v)).SealAsync(v.Plaintext(), v.ContentType);
            valid.Add(v with { SealedSha256 = Convert.ToHexStringLower(SHA256.HashData(sealedBytes)), SealedHex = length < 100 ? Convert.ToHexStringLower(sealedBytes) : null });
        }

        byte[] good = await new Sealer(key.PublicKey).SealAsync("guardian"u8.ToArray(), "text/plain");
        int header = SealedHeader.Parse(good).Length;
        byte[] Changed(int at, byte value) => [.. good[..at], value, .. good[(at + 1)..]];
        (string, string, byte[])[] invalid =
        [
            ("not sealed", "NotSealed", "plain text, as it is"u8.ToArray()),
            ("cut inside the header", "Truncated", good[..(header - 1)]),
            ("no payload", "Truncated", good[..header]),
            ("unknown version", "UnknownVersion", Changed(8, 2)),
            ("unknown suite", "UnknownSuite", Changed(9, 9)),
            ("no recipients", "BadHeader", Changed(11, 0)),
            ("chunk size not a power of two", "BadHeader", Changed(15, 1)),
            ("changed salt", "NotAuthentic", Changed(16, (byte)~good[16])),
            ("changed content type", "NotAuthentic", Changed(34, (byte)'T')),
            ("changed wrapped key", "NotAuthentic", Changed(header - 33, (byte)~good[header - 33])),
            ("changed header MAC", "NotAuthentic", Changed(header - 1, (byte)~good[header - 1])),
            ("changed payload", "NotAuthentic", Changed(header, (byte)~good[header])),
            ("cut payload", "NotAuthentic", good[..^1]),
            ("appended byte", "NotAuthentic", [.. good, 0]),
            ("sealed to another key", "NoSuchRecipient", await new Sealer(other.PublicKey).SealAsync("guardian"u8.ToArray(), "text/plain")),
        ];
        return new Vectors(
            "Plaintext byte i of a valid vector is (i * 7 + 3) mod 256.", key.PublicKey.ToPem(), key.ToEncryptedPem(passphrase), passphrase,
            valid, [.. invalid.Select(i => new Negative(i.Item1, i.Item2, Convert.ToHexStringLower(i.Item3)))]);
    }

    private sealed record Vectors(string Note, string PublicKeyPem, string EncryptedPrivateKeyPem, string Passphrase, IReadOnlyList<Positive> Valid, IReadOnlyList<Negative> Invalid);

    private sealed record Positive(string Name, string ContentType, int PlaintextLength, string FileKeyHex, string SaltHex, string EphemeralPkcs8Hex, string SealedSha256, string? SealedHex)
    {
        public byte[] Plaintext() => [.. Enumerable.Range(0, PlaintextLength).Select(i => (byte)((i * 7) + 3))];
    }

    private sealed record Negative(string Name, string Error, string SealedHex);

    private sealed class Fixed(Positive vector) : ISealingRandomness
    {
        public byte[] Bytes(int count) => Convert.FromHexString(count == 32 ? vector.FileKeyHex : vector.SaltHex);

        public ECDiffieHellman EphemeralKey()
        {
            var key = ECDiffieHellman.Create();
            key.ImportPkcs8PrivateKey(Convert.FromHexString(vector.EphemeralPkcs8Hex), out _);
            return key;
        }
    }
}
