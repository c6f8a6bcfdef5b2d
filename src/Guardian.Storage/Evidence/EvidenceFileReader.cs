using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Reads an export from start to end: only what is expected next, never more than was announced, nothing to the disk.</summary>
internal sealed class EvidenceFileReader(Stream input)
{
    private const int Buffer = 256 * 1024;

    /// <summary>The statement, and whether it is the first file of a tar or all there is.</summary>
    public async Task<(byte[] Statement, bool IsTar)> ReadStatementAsync(CancellationToken cancellationToken)
    {
        byte[] start = new byte[TarHeader.Block];
        int read = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        EvidenceFlaw.Unless(read > 0, "the file is empty");
        if (start[0] == '{')
        {
            return (await ReadRestAsync(start.AsMemory(0, read), cancellationToken).ConfigureAwait(false), false);
        }

        EvidenceFlaw.Unless(read == start.Length, $"the file ends after {read} bytes");
        long size = SizeIn(start);
        EvidenceFlaw.Unless(
            size is > 0 and <= EvidenceDocument.MaxSize && start.AsSpan().SequenceEqual(TarHeader.Write(EvidenceDocument.FileName, size)),
            $"not an export: it does not start with {EvidenceDocument.FileName} of 1 to {EvidenceDocument.MaxSize} bytes");
        byte[] statement = new byte[size];
        await FillAsync(statement, EvidenceDocument.FileName, cancellationToken).ConfigureAwait(false);
        await PaddingAsync(size, EvidenceDocument.FileName, cancellationToken).ConfigureAwait(false);
        return (statement, true);
    }

    /// <summary>Reads one object and checks that it is sealed.</summary>
    /// <returns>Its SHA-256 in hexadecimal.</returns>
    public async Task<string> ReadObjectAsync(string path, long size, CancellationToken cancellationToken)
    {
        byte[] header = new byte[TarHeader.Block];
        await FillAsync(header, path, cancellationToken).ConfigureAwait(false);
        EvidenceFlaw.Unless(size >= 0 && header.AsSpan().SequenceEqual(TarHeader.Write(path, size)), $"{path}: this file with {size} bytes should come next, something else does");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Buffer];
        for (long left = size; left > 0;)
        {
            Memory<byte> part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            await FillAsync(part, path, cancellationToken).ConfigureAwait(false);
            if (left == size)
            {
                CheckSealed(part.Span, size, path);
            }

            hash.AppendData(part.Span);
            left -= part.Length;
        }

        EvidenceFlaw.Unless(size > 0, $"{path}: it is empty");
        await PaddingAsync(size, path, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads the end of the tar, after which there must be nothing.</summary>
    public async Task ReadEndAsync(CancellationToken cancellationToken)
    {
        byte[] end = new byte[(2 * TarHeader.Block) + 1];
        int read = await input.ReadAtLeastAsync(end, end.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        EvidenceFlaw.Unless(read >= 2 * TarHeader.Block, "the file is cut: its end mark is missing");
        EvidenceFlaw.Unless(read == 2 * TarHeader.Block && !end.AsSpan().ContainsAnyExcept((byte)0), "something follows the last object");
    }

    private static void CheckSealed(ReadOnlySpan<byte> start, long size, string path)
    {
        try
        {
            SealedHeader.Parse(start).PlaintextLength(size);
        }
        catch (SealedFormatException e)
        {
            throw new EvidenceFlaw($"{path}: {e.Message}");
        }
    }

    /// <summary>What the size field seems to say; the whole header is compared with the one of that size afterwards.</summary>
    private static long SizeIn(ReadOnlySpan<byte> header)
    {
        long size = 0;
        foreach (byte digit in header.Slice(124, 11))
        {
            size = (size << 3) | (long)(digit & 7);
        }

        return size;
    }

    private async Task<byte[]> ReadRestAsync(ReadOnlyMemory<byte> start, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        all.Write(start.Span);
        byte[] buffer = new byte[Buffer];
        for (int read; (read = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            EvidenceFlaw.Unless(all.Length + read <= EvidenceDocument.MaxSize, $"statement: more than {EvidenceDocument.MaxSize} bytes");
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    private async Task FillAsync(Memory<byte> buffer, string path, CancellationToken cancellationToken)
    {
        int read = await input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        EvidenceFlaw.Unless(read == buffer.Length, $"{path}: the file is cut there");
    }

    private async Task PaddingAsync(long size, string path, CancellationToken cancellationToken)
    {
        byte[] padding = new byte[TarHeader.Padding(size)];
        await FillAsync(padding, path, cancellationToken).ConfigureAwait(false);
        EvidenceFlaw.Unless(!padding.AsSpan().ContainsAnyExcept((byte)0), $"{path}: bytes follow it that do not belong to it");
    }
}
