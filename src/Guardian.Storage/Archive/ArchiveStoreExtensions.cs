using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Shorter forms of what every <see cref="IArchiveStore"/> can do.</summary>
public static class ArchiveStoreExtensions
{
    /// <summary>The longest page that <see cref="IArchiveStore.ListAsync"/> gives.</summary>
    internal const int MaxPage = 1000;

    /// <summary>Large enough that reading a file costs few system calls; small beside a part.</summary>
    private const int ReadBuffer = 256 << 10;

    /// <summary>Writes an object from a stream, which stays open.</summary>
    /// <inheritdoc cref="IArchiveStore.PutAsync"/>
    public static Task<PutResult> PutAsync(
        this IArchiveStore store, BucketName bucket, ObjectKey key, Stream content, PutOptions options, CancellationToken cancellationToken) =>
        store.PutAsync(bucket, key, PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: ReadBuffer, minimumReadSize: ReadBuffer / 4, leaveOpen: true)), options, cancellationToken);

    /// <summary>Writes an object of which nothing is known from a stream, which stays open.</summary>
    /// <inheritdoc cref="IArchiveStore.PutAsync"/>
    public static Task<PutResult> PutAsync(this IArchiveStore store, BucketName bucket, ObjectKey key, Stream content, CancellationToken cancellationToken) =>
        store.PutAsync(bucket, key, content, PutOptions.None, cancellationToken);

    /// <summary>Lists objects in the byte order of their keys, page after page as they are asked for.</summary>
    /// <param name="store">The store.</param>
    /// <param name="bucket">The bucket; one that is not there is empty.</param>
    /// <param name="prefix">Only keys that start with it; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">The store failed.</exception>
    public static async IAsyncEnumerable<ArchivedObject> ListAsync(
        this IArchiveStore store, BucketName bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            ArchivePage page = await store.ListAsync(bucket, prefix, cursor, MaxPage, cancellationToken).ConfigureAwait(false);
            foreach (ArchivedObject found in page.Objects)
            {
                yield return found;
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }

    /// <summary>Reads a whole object and gives the SHA-256 of its bytes: what is really there, whatever the store has noted of it.</summary>
    /// <returns>32 bytes; null when there is no such object.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public static async Task<byte[]?> HashAsync(this IArchiveStore store, BucketName bucket, ObjectKey key, CancellationToken cancellationToken)
    {
        ArchiveRead? read = await store.OpenReadAsync(bucket, key, range: null, cancellationToken).ConfigureAwait(false);
        if (read is null)
        {
            return null;
        }

        await using (read.ConfigureAwait(false))
        {
            return await SHA256.HashDataAsync(read.Content, cancellationToken).ConfigureAwait(false);
        }
    }
}
