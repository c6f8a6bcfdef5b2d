namespace Guardian.Storage.Tests;

public sealed class UnsealingStreamTests
{
    private const int Chunk = 64 * 1024;

    [Fact(Timeout = 60_000)]
    public async Task any_place_of_the_plaintext_is_read_from_the_chunks_that_hold_it()
    {
        byte[] plaintext = Sample.Bytes((5 * Chunk) + 321);
        var source = new Source(await Sample.SealAsync(plaintext));
        await using UnsealingStream stream = await UnsealingStream.OpenAsync(source.OpenAsync, Sample.Customer);
        Assert.Equal(plaintext.Length, stream.Length);
        var random = new Random(4);
        for (int i = 0; i < 60; i++)
        {
            int at = random.Next(plaintext.Length);
            int count = random.Next(1, Math.Min(3 * Chunk, plaintext.Length - at) + 1);
            byte[] read = new byte[count];
            stream.Seek(at, SeekOrigin.Begin);
            await stream.ReadExactlyAsync(read);
            Assert.Equal(plaintext[at..(at + count)], read);
        }

        stream.Seek(0, SeekOrigin.End);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [Fact(Timeout = 60_000)]
    public async Task reading_on_is_one_fetch_and_every_fetch_is_closed()
    {
        byte[] plaintext = Sample.Bytes(20 * Chunk);
        var source = new Source(await Sample.SealAsync(plaintext));
        await using (UnsealingStream stream = await UnsealingStream.OpenAsync(source.OpenAsync, Sample.Customer))
        {
            using var all = new MemoryStream();
            await stream.CopyToAsync(all);
            Assert.Equal(plaintext, all.ToArray());
            Assert.Equal(2, source.Opened);
            stream.Position = 3;
            Assert.Equal(1, await stream.ReadAsync(new byte[1]));
        }

        Assert.Equal((3, 3), (source.Opened, source.Closed));
    }

    [Fact(Timeout = 60_000)]
    public async Task changed_cut_and_moved_chunks_are_noticed_where_they_are_read()
    {
        byte[] sealedBytes = await Sample.SealAsync(Sample.Bytes(3 * Chunk));
        int header = SealedHeader.Parse(sealedBytes).Length;
        byte[] changed = [.. sealedBytes];
        changed[header + Chunk + 16 + 5] ^= 1;
        byte[] cut = sealedBytes[..^(Chunk + 16)];
        byte[] swapped = [.. sealedBytes[..header], .. sealedBytes[(header + Chunk + 16)..(header + (2 * (Chunk + 16)))], .. sealedBytes[header..(header + Chunk + 16)], .. sealedBytes[(header + (2 * (Chunk + 16)))..]];
        foreach ((byte[] bad, int at) in new[] { (changed, Chunk), (cut, Chunk), (swapped, 0) })
        {
            await using UnsealingStream stream = await UnsealingStream.OpenAsync(new Source(bad).OpenAsync, Sample.Customer);
            stream.Position = at;
            await Assert.ThrowsAsync<SealedFormatException>(() => stream.ReadExactlyAsync(new byte[1]).AsTask());
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task an_empty_object_is_empty_and_verified()
    {
        byte[] sealedBytes = await Sample.SealAsync([]);
        await using (UnsealingStream stream = await UnsealingStream.OpenAsync(new Source(sealedBytes).OpenAsync, Sample.Customer))
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        }

        sealedBytes[^1] ^= 1;
        await using UnsealingStream bad = await UnsealingStream.OpenAsync(new Source(sealedBytes).OpenAsync, Sample.Customer);
        await Assert.ThrowsAsync<SealedFormatException>(() => bad.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false).AsTask());
    }

    private sealed class Source(byte[] bytes)
    {
        public int Opened { get; private set; }

        public int Closed { get; private set; }

        public Task<ArchiveRead> OpenAsync(ByteRange? range, CancellationToken cancellationToken)
        {
            Opened++;
            long offset = range?.Offset ?? 0;
            long count = Math.Min(range?.Count ?? bytes.Length, bytes.Length - offset);
            return Task.FromResult(new ArchiveRead(new Content(this, bytes.AsSpan((int)offset, (int)count).ToArray()), count, bytes.Length));
        }

        private sealed class Content(Source owner, byte[] part) : MemoryStream(part, writable: false)
        {
            private bool _closed;

            protected override void Dispose(bool disposing)
            {
                owner.Closed += _closed ? 0 : 1;
                _closed = true;
                base.Dispose(disposing);
            }
        }
    }
}
