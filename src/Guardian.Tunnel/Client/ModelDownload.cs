using System.Security.Cryptography;
using Guardian.Grpc;
using Guardian.Shared.Files;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>
/// One model on its way into a file. Invariant: <c>.part</c> begins with pieces that were checked; what follows the last of them is dropped when the download goes on. An older node gives no hashes of pieces, and the
/// whole file alone is checked.
/// </summary>
internal sealed class ModelDownload(Deployment deployment, string path, Func<long, GrpcCall<DownloadModelRequest, ModelChunk>> open)
{
    /// <summary>What an edge takes; the node's catalog holds no larger ones.</summary>
    private const long MaxBytes = 512L << 20;

    private const int MinChunk = 4 << 10, MaxChunk = 4 << 20;

    /// <summary>Attempts at a piece that arrives wrong before the model is given up: on the way it can be damaged once, but not each time.</summary>
    private const int Attempts = 3;

    private readonly long _size = deployment.SizeBytes <= MaxBytes ? (long)deployment.SizeBytes : throw new TunnelException($"size_bytes: {deployment.SizeBytes}, at most {MaxBytes} are taken");

    /// <summary>Bytes of a piece; 0 when pieces cannot be checked.</summary>
    private readonly int _chunk = deployment.ChunkSize is >= MinChunk and <= MaxChunk && deployment.ChunkSha256.Length == (((long)deployment.SizeBytes + deployment.ChunkSize - 1) / deployment.ChunkSize) * SHA256.HashSizeInBytes
        ? (int)deployment.ChunkSize
        : 0;

    private string Part => path + ".part";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (deployment.Sha256.Length != SHA256.HashSizeInBytes)
        {
            throw new TunnelException($"sha256: {deployment.Sha256.Length} bytes, {SHA256.HashSizeInBytes} are needed");
        }

        if (await IsSoundAsync(path, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        for (int attempt = 1; ; attempt++)
        {
            if (await ReceiveAsync(cancellationToken).ConfigureAwait(false) && await IsSoundAsync(Part, cancellationToken).ConfigureAwait(false))
            {
                DurableFile.Rename(Part, path);
                return;
            }

            // Without hashes of pieces nothing says which part of it is wrong.
            if (_chunk == 0)
            {
                File.Delete(Part);
            }

            if (attempt == Attempts)
            {
                File.Delete(Part);
                throw new TunnelException($"model {deployment.ModelId}: what arrived does not have the size and SHA-256 that were promised");
            }
        }
    }

    private async Task<bool> IsSoundAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        FileStream stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            return stream.Length == _size && (await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(deployment.Sha256.Span);
        }
    }

    /// <returns>False when a piece arrived wrong; those before it are in the file.</returns>
    private async Task<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        var file = new FileStream(Part, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using (file.ConfigureAwait(false))
        {
            file.SetLength(await SoundPrefixAsync(file, cancellationToken).ConfigureAwait(false));
            file.Position = file.Length;
            bool isSound = file.Position == _size || await ReceiveAsync(file, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            return isSound;
        }
    }

    private async Task<long> SoundPrefixAsync(FileStream file, CancellationToken cancellationToken)
    {
        if (_chunk == 0)
        {
            return file.Length > _size ? 0 : file.Length;
        }

        byte[] piece = new byte[_chunk];
        file.Position = 0;
        long sound = 0;
        while (sound < _size && await file.ReadAtLeastAsync(piece.AsMemory(0, LengthAt(sound)), LengthAt(sound), throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == LengthAt(sound)
            && IsSound(piece.AsSpan(0, LengthAt(sound)), sound))
        {
            sound += LengthAt(sound);
        }

        return sound;
    }

    private async Task<bool> ReceiveAsync(FileStream file, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[_chunk == 0 ? MinChunk : _chunk];
        int held = 0;
        long next = file.Position;
        using GrpcCall<DownloadModelRequest, ModelChunk> call = open(next);
        while (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } chunk)
        {
            if (chunk.Offset != (ulong)next || chunk.Data.Length > _size - next)
            {
                throw new TunnelException($"model {deployment.ModelId}: the node sent bytes that do not belong at {next}");
            }

            next += chunk.Data.Length;
            for (ReadOnlyMemory<byte> rest = chunk.Data.Memory; !rest.IsEmpty;)
            {
                int wanted = _chunk == 0 ? Math.Min(piece.Length, rest.Length) : LengthAt(file.Position), taken = Math.Min(wanted - held, rest.Length);
                rest[..taken].CopyTo(piece.AsMemory(held));
                (held, rest) = (held + taken, rest[taken..]);
                if (held < wanted)
                {
                    continue;
                }

                if (_chunk > 0 && !IsSound(piece.AsSpan(0, held), file.Position))
                {
                    return false;
                }

                await file.WriteAsync(piece.AsMemory(0, held), cancellationToken).ConfigureAwait(false);
                held = 0;
            }
        }

        return file.Position == _size;
    }

    private int LengthAt(long position) => (int)Math.Min(_chunk, _size - position);

    private bool IsSound(ReadOnlySpan<byte> piece, long position)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(piece, hash);
        return hash.SequenceEqual(deployment.ChunkSha256.Span.Slice((int)(position / _chunk) * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
    }
}
