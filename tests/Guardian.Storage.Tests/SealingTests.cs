using FsCheck;
using FsCheck.Fluent;

namespace Guardian.Storage.Tests;

public sealed class SealingTests
{
    private const int Chunk = 64 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((3 * Chunk) + 777)]
    public async Task what_was_sealed_opens_to_the_same_bytes(int length)
    {
        byte[] plaintext = Sample.Bytes(length);
        byte[] sealedBytes = await Sample.SealAsync(plaintext);

        Assert.Equal(plaintext, await Sample.UnsealAsync(sealedBytes));
        Assert.Equal(new Sealer(Sample.Customer.PublicKey).SealedLength(length, "video/mp4"), sealedBytes.Length);
        Assert.Equal(length, SealedHeader.Parse(sealedBytes).PlaintextLength(sealedBytes.Length));
    }

    [Fact]
    public void any_bytes_survive_the_round_trip() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        Task<byte[]> roundTrip = Task.Run(async () => await Sample.UnsealAsync(await Sample.SealAsync(bytes)));
        return roundTrip.GetAwaiter().GetResult().AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task every_recipient_opens_and_nobody_else_does()
    {
        using RecipientPrivateKey second = RecipientPrivateKey.Generate();
        using RecipientPrivateKey stranger = RecipientPrivateKey.Generate();
        byte[] plaintext = Sample.Bytes(100_000);
        byte[] sealedBytes = await new Sealer(Sample.Customer.PublicKey, second.PublicKey).SealAsync(plaintext, "image/jpeg");

        Assert.Equal(plaintext, await Sample.UnsealAsync(sealedBytes, second));
        Assert.Equal(plaintext, await Sample.UnsealAsync(sealedBytes));
        var refused = await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(sealedBytes, stranger));
        Assert.Equal(SealedFormatError.NoSuchRecipient, refused.Error);
    }

    [Fact]
    public async Task a_changed_byte_anywhere_is_noticed()
    {
        byte[] sealedBytes = await Sample.SealAsync(Sample.Bytes(Chunk + 100));
        int header = SealedHeader.Parse(sealedBytes).Length;
        IEnumerable<int> places = Enumerable.Range(0, header).Concat([header, header + Chunk, header + Chunk + 15, header + Chunk + 16, sealedBytes.Length - 1]);
        foreach (int place in places)
        {
            byte[] changed = [.. sealedBytes];
            changed[place] ^= 0x20;
            await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(changed));
        }
    }

    [Fact]
    public async Task a_cut_object_is_noticed_wherever_it_was_cut()
    {
        byte[] sealedBytes = await Sample.SealAsync(Sample.Bytes((2 * Chunk) + 10));
        int header = SealedHeader.Parse(sealedBytes).Length;
        int[] lengths = [0, 1, 8, 40, header - 1, header, header + 15, header + 16, header + Chunk + 16, header + (2 * (Chunk + 16)), sealedBytes.Length - 1];
        foreach (int length in lengths)
        {
            await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(sealedBytes[..length]));
        }
    }

    [Fact]
    public async Task appended_bytes_swapped_chunks_and_spliced_chunks_are_noticed()
    {
        byte[] one = await Sample.SealAsync(Sample.Bytes(3 * Chunk));
        byte[] two = await Sample.SealAsync(Sample.Bytes(3 * Chunk, seed: 2));
        int header = SealedHeader.Parse(one).Length;
        const int step = Chunk + 16;

        byte[] swapped = [.. one];
        one.AsSpan(header, step).CopyTo(swapped.AsSpan(header + step));
        one.AsSpan(header + step, step).CopyTo(swapped.AsSpan(header));
        byte[] spliced = [.. one];
        two.AsSpan(header, step).CopyTo(spliced.AsSpan(header));

        foreach (byte[] bad in new byte[][] { swapped, spliced, [.. one, 0], [.. one, .. one[header..]] })
        {
            var error = await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(bad));
            Assert.Equal(SealedFormatError.NotAuthentic, error.Error);
        }
    }

    [Fact]
    public async Task any_range_opens_from_the_chunks_that_hold_it()
    {
        byte[] plaintext = Sample.Bytes((3 * Chunk) + 123);
        byte[] sealedBytes = await Sample.SealAsync(plaintext);
        SealedHeader header = SealedHeader.Parse(sealedBytes);
        using var unsealer = new Unsealer(header, Sample.Customer);
        foreach ((long offset, long count) in new[] { (0L, 1L), (Chunk - 1L, 2L), (Chunk, (long)Chunk), (2L * Chunk, Chunk + 123L), (plaintext.Length - 1L, 1L), (0L, (long)plaintext.Length) })
        {
            (long first, long at, long length) = header.SealedRange(offset, count, sealedBytes.Length);
            byte[] opened = OpenChunks(unsealer, first, sealedBytes.AsSpan((int)at, (int)length), at + length == sealedBytes.Length);
            Assert.Equal(plaintext.AsSpan((int)offset, (int)count), opened.AsSpan((int)(offset - (first * Chunk)), (int)count));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0x18, (byte)'f', (byte)'t', (byte)'y', (byte)'p' }, SealedFormatError.NotSealed)]
    [InlineData(new byte[] { (byte)'G', (byte)'S', (byte)'E' }, SealedFormatError.Truncated)]
    [InlineData(new byte[0], SealedFormatError.Truncated)]
    public void what_is_not_a_header_says_why(byte[] bytes, SealedFormatError expected) =>
        Assert.Equal(expected, Assert.Throws<SealedFormatException>(() => SealedHeader.Parse(bytes)).Error);

    [Fact]
    public async Task random_and_mutated_headers_never_do_worse_than_refuse()
    {
        byte[] good = await Sample.SealAsync(Sample.Bytes(10));
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = [.. good.AsSpan(0, random.Next(good.Length + 1))];
            for (int k = random.Next(4); k > 0 && bytes.Length > 0; k--)
            {
                bytes[random.Next(Math.Min(bytes.Length, i % 2 == 0 ? 40 : bytes.Length))] = (byte)random.Next(256);
            }

            try
            {
                SealedHeader header = SealedHeader.Parse(bytes);
                header.PlaintextLength(bytes.Length);
            }
            catch (SealedFormatException)
            {
                // The only exception there may be.
            }
        }
    }

    [Fact]
    public void a_private_key_is_locked_by_its_passphrase()
    {
        string pem = Sample.Customer.ToEncryptedPem("correct horse");

        using RecipientPrivateKey opened = RecipientPrivateKey.FromEncryptedPem(pem, "correct horse");
        Assert.Equal(Sample.Customer.PublicKey.Id, opened.PublicKey.Id);
        Assert.Throws<StorageException>(() => RecipientPrivateKey.FromEncryptedPem(pem, "wrong horse"));
        Assert.Throws<ArgumentException>(() => Sample.Customer.ToEncryptedPem("short"));
        Assert.Contains("PUBLIC KEY", Assert.Throws<StorageException>(() => RecipientPublicKey.FromPem(pem)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_key_on_another_curve_or_no_key_at_all_is_refused()
    {
        using var p384 = System.Security.Cryptography.ECDiffieHellman.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        Assert.Contains("P-256", Assert.Throws<StorageException>(() => RecipientPublicKey.FromDer(p384.ExportSubjectPublicKeyInfo())).Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => RecipientPublicKey.FromDer([1, 2, 3]));
        Assert.Throws<StorageException>(() => RecipientPublicKey.FromPem("not a key"));
    }

    private static byte[] OpenChunks(Unsealer unsealer, long first, ReadOnlySpan<byte> sealedChunks, bool toEnd)
    {
        var opened = new List<byte>();
        byte[] buffer = new byte[Chunk];
        for (long chunk = first; sealedChunks.Length > 0; chunk++)
        {
            ReadOnlySpan<byte> one = sealedChunks[..Math.Min(Chunk + 16, sealedChunks.Length)];
            sealedChunks = sealedChunks[one.Length..];
            int count = unsealer.OpenChunk(chunk, toEnd && sealedChunks.IsEmpty, one, buffer);
            opened.AddRange(buffer.AsSpan(0, count));
        }

        return [.. opened];
    }
}
