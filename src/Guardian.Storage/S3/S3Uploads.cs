using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Guardian.Storage;

/// <summary>The unfinished uploads of one key, as the server knows them.</summary>
internal sealed class S3Uploads(AmazonS3Client client, S3Calls calls, string bucket, ObjectKey key)
{
    /// <summary>Frees what every unfinished upload of the key holds; a bucket that is not there has none.</summary>
    public async Task AbortAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (MultipartUpload upload in await ListAsync(cancellationToken).ConfigureAwait(false))
            {
                await AbortAsync(upload.UploadId, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (StorageException e) when (S3ArchiveStore.StatusOf(e) == HttpStatusCode.NotFound)
        {
            // No bucket, no uploads.
        }
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<MultipartUpload>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<MultipartUpload>();
        // The whole key as prefix: MinIO lists uploads by nothing shorter.
        var request = new ListMultipartUploadsRequest { BucketName = bucket, Prefix = key.ToString() };
        ListMultipartUploadsResponse page;
        do
        {
            page = await calls.CallAsync($"GET {bucket}/{key}?uploads", t => client.ListMultipartUploadsAsync(request, t), cancellationToken).ConfigureAwait(false);
            found.AddRange((page.MultipartUploads ?? []).Where(u => u.Key == key.ToString()));
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return [.. found.OrderByDescending(u => u.Initiated)];
    }

    /// <summary>Parts by number.</summary>
    public async Task<Dictionary<int, PartDetail>> ListPartsAsync(string uploadId, CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, PartDetail>();
        var request = new ListPartsRequest { BucketName = bucket, Key = key.ToString(), UploadId = uploadId };
        ListPartsResponse page;
        do
        {
            page = await calls.CallAsync($"GET {bucket}/{key}?uploadId", t => client.ListPartsAsync(request, t), cancellationToken).ConfigureAwait(false);
            foreach (PartDetail part in page.Parts ?? [])
            {
                found[part.PartNumber ?? 0] = part;
            }

            request.PartNumberMarker = page.NextPartNumberMarker?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        while (page.IsTruncated == true);
        return found;
    }

    /// <summary>Frees what an upload holds at the server; one that is gone already is no error.</summary>
    public async Task AbortAsync(string uploadId, CancellationToken cancellationToken)
    {
        try
        {
            var request = new AbortMultipartUploadRequest { BucketName = bucket, Key = key.ToString(), UploadId = uploadId };
            await calls.CallAsync($"DELETE {bucket}/{key}?uploadId", t => client.AbortMultipartUploadAsync(request, t), cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (S3ArchiveStore.StatusOf(e) == HttpStatusCode.NotFound)
        {
            // Completed or aborted by then.
        }
    }
}
