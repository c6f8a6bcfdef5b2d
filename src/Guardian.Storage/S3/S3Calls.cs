using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Guardian.Storage;

/// <summary>Makes calls to the server: each under a guard, each failure in this package's own terms.</summary>
internal sealed class S3Calls(TimeSpan stallTimeout)
{
    /// <summary>Makes a call that answers soon.</summary>
    public Task<T> CallAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(what, stallTimeout, (_, token) => call(token), cancellationToken);

    /// <summary>Makes a call that lets the server copy data before it answers.</summary>
    public Task<T> CallSlowAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(what, 10 * stallTimeout, (_, token) => call(token), cancellationToken);

    /// <summary>Makes a call that moves bytes and tells the guard.</summary>
    public Task<T> CallAsync<T>(string what, Func<StallGuard, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(what, stallTimeout, call, cancellationToken);

    /// <summary>What went wrong, or null when it was the caller who gave up.</summary>
    public static StorageException? Translate(string what, Exception error, StallGuard guard) => error switch
    {
        // The server has said something: the text of its answer is left out, as it may repeat what was sent.
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } e => new StorageException($"s3: {what}: the bucket does not exist", innerException: e),
        AmazonServiceException e when e.StatusCode != 0 => new StorageException($"s3: {what}: {(int)e.StatusCode} {e.ErrorCode}", IsTransient(e), e),
        OperationCanceledException or TimeoutException when guard.HasStalled => guard.Stalled(what),
        OperationCanceledException => null,
        AmazonClientException or HttpRequestException or IOException or TimeoutException => new StorageException($"s3: {what}: {error.Message}", isTransient: true, error),
        _ => null,
    };

    private static bool IsTransient(AmazonServiceException error) =>
        error.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict
        || error.ErrorCode is "RequestTimeout" or "SlowDown" or "RequestTimeTooSkewed";

    private static async Task<T> CallAsync<T>(string what, TimeSpan limit, Func<StallGuard, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var guard = new StallGuard(limit, cancellationToken);
        try
        {
            return await call(guard, guard.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(what, e, guard) is { } translated)
        {
            throw translated;
        }
    }
}
