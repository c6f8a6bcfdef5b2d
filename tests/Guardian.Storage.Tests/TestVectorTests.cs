using System.Security.Cryptography;
using System.Text.Json;

namespace Guardian.Storage.Tests;

/// <summary>Holds the code against docs/formats/sealed-clip-vectors.json, which other implementations are held against too.</summary>
public sealed class TestVectorTests
{
    private static readonly string File = Testing.Repository.PathTo("docs", "formats", "sealed-clip-vectors.json");
    private const int Small = SealedFormat.MinChunkSize, SealedSmall = Small + SealedFormat.TagSize;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    [Fact]
    public async Task sealing_with_the_vectors_randomness_gives_the_vectors_bytes()
    {
        Vectors vectors = await LoadAsync();
        foreach (Positive v in vectors.Valid)
        {
            byte[] sealedBytes = await new Sealer([RecipientPublicKey.FromPem(vectors.PublicKeyPem)], new Fixed(v), v.ChunkSize).SealAsync(v.Plaintext(), v.ContentType);
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
        foreach ((string name, int chunk, int length) in new[] { ("empty", 65536, 0), ("one byte", 65536, 1), ("one full chunk", 65536, 65536), ("two chunks and a bit", 65536, 131_172), ("small chunks", 4096, 4200) })
        {
            using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            var v = new Positive(name, "video/mp4", chunk, length, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                Convert.ToHexStringLower(ephemeral.ExportPkcs8PrivateKey()), "", null);
            byte[] sealedBytes = await new Sealer([key.PublicKey], new Fixed(v), v.ChunkSize).SealAsync(v.Plaintext(), v.ContentType);
            valid.Add(v with { SealedSha256 = Convert.ToHexStringLower(SHA256.HashData(sealedBytes)), SealedHex = length < 5000 ? Convert.ToHexStringLower(sealedBytes) : null });
        }

        byte[] good = await new Sealer(key.PublicKey).SealAsync("guardian"u8.ToArray(), "text/plain");
        int header = SealedHeader.Parse(good).Length;
        byte[] Changed(int at, byte value) => [.. good[..at], value, .. good[(at + 1)..]];
        byte[] Twice(int field, ushort value) => [.. good[..field], (byte)(value >> 8), (byte)value, .. good[(field + 2)..]];
        byte[] two = await new Sealer([key.PublicKey], new SystemSealingRandomness(), Small).SealAsync(new byte[2 * Small], "text/plain");
        byte[] otherTwo = await new Sealer([key.PublicKey], new SystemSealingRandomness(), Small).SealAsync(new byte[2 * Small], "text/plain");
        byte[] head = two[..^(2 * SealedSmall)], first = two[^(2 * SealedSmall)..^SealedSmall], second = two[^SealedSmall..];
        byte[] stanza = good[44..(44 + 145)];
        byte[] repeated = [.. Twice(10, 2)[..44], .. stanza, .. good[44..]];
        (string, string, byte[])[] invalid =
        [
            ("not sealed", "NotSealed", "plain text, as it is"u8.ToArray()),
            ("cut inside the header", "Truncated", good[..(header - 1)]),
            ("no payload", "Truncated", good[..header]),
            ("unknown version", "UnknownVersion", Changed(8, 2)),
            ("unknown suite", "UnknownSuite", Changed(9, 9)),
            ("no recipients", "BadHeader", Changed(11, 0)),
            ("chunk size not a power of two", "BadHeader", Changed(15, 1)),
            ("version zero", "UnknownVersion", Changed(8, 0)),
            ("suite zero", "UnknownSuite", Changed(9, 0)),
            ("more than sixteen recipients", "BadHeader", Twice(10, 17)),
            ("chunk size below the least", "BadHeader", Twice(14, 2048)),
            ("chunk size above the most", "BadHeader", Twice(12, 0x20)),
            ("content type too long", "BadHeader", Twice(32, 128)),
            ("content type not printable", "BadHeader", Changed(34, 0x1f)),
            ("the same recipient twice", "BadHeader", repeated),
            ("ephemeral key not uncompressed", "BadHeader", Changed(44 + 32, 2)),
            ("ephemeral key not on the curve", "BadHeader", Changed(44 + 32 + 64, (byte)~good[44 + 32 + 64])),
            ("chunks swapped", "NotAuthentic", [.. head, .. second, .. first]),
            ("last chunk missing", "NotAuthentic", [.. head, .. first]),
            ("first chunk missing", "NotAuthentic", [.. head, .. second]),
            ("a chunk twice", "NotAuthentic", [.. head, .. first, .. first, .. second]),
            ("a chunk of another object", "NotAuthentic", [.. head, .. otherTwo[^(2 * SealedSmall)..^SealedSmall], .. second]),
            ("a header on another object's payload", "NotAuthentic", [.. otherTwo[..^(2 * SealedSmall)], .. first, .. second]),
            ("an empty last chunk behind another", "BadFraming", EmptyLast(two, key)),
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

    /// <summary>One full chunk and an authentic empty one behind it, which a writer must not make.</summary>
    private static byte[] EmptyLast(byte[] sealedBytes, RecipientPrivateKey key)
    {
        SealedHeader header = SealedHeader.Parse(sealedBytes);
        using var aes = new AesGcm(SealedFormat.PayloadKey(Unsealer.FileKey(header, key), header.Salt), SealedFormat.TagSize);
        byte[] nonce = new byte[SealedFormat.NonceSize], tag = new byte[SealedFormat.TagSize];
        SealedFormat.WriteNonce(nonce, 1, last: true);
        aes.Encrypt(nonce, ReadOnlySpan<byte>.Empty, Span<byte>.Empty, tag);
        return [.. sealedBytes[..(header.Length + SealedSmall)], .. tag];
    }

    private sealed record Vectors(string Note, string PublicKeyPem, string EncryptedPrivateKeyPem, string Passphrase, IReadOnlyList<Positive> Valid, IReadOnlyList<Negative> Invalid);

    private sealed record Positive(string Name, string ContentType, int ChunkSize, int PlaintextLength, string FileKeyHex, string SaltHex, string EphemeralPkcs8Hex, string SealedSha256, string? SealedHex)
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
