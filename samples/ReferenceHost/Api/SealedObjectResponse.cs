using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Guardian.Storage;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Guardian.ReferenceHost.Api;

/// <summary>
/// Answers a request for sealed bytes by RFC 9110: preconditions, one range or several, validators, HEAD. The bytes go from the store to the socket; nothing is buffered whole. A reader
/// that leaves, or takes less than Kestrel's least rate, ends the read and everything that it holds.
/// </summary>
/// <remarks>
/// 1. The index says what there is; what is not there is 404 with the object's status.
/// 2. Preconditions are evaluated in the order of RFC 9110, section 13.2.2, then the ranges.
/// 3. The first range is opened before the status is sent, so that a store which fails is a 503 and not half an answer, and what it lost is 404.
/// 4. The access is recorded before a byte is sent: without the record there is no access. What could not be opened was not accessed.
/// </remarks>
internal static class SealedObjectResponse
{
    public const string MediaType = "application/vnd.guardian.sealed";

    /// <summary>Bytes read from the store at a time.</summary>
    private const int Piece = 256 * 1024;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(15);

    public static async Task WriteAsync(HttpContext context, SealedArchive archive, SealedObjectId id, Viewer viewer)
    {
        SealedObjectInfo? info = await archive.GetForReadingAsync(id, context.RequestAborted);
        if (info is null or { Status: SealedObjectStatus.Receiving or SealedObjectStatus.Deleting })
        {
            await NotHereAsync(context, info);
            return;
        }

        if (info is { Status: SealedObjectStatus.Failed, ArchivedAt: not null })
        {
            // The store did not have it when it was last asked; it may have come back since, but HEAD and GET must say the same.
            await NotHereAsync(context, info);
            return;
        }

        HttpResponse response = context.Response;
        ResponseHeaders headers = response.GetTypedHeaders();
        var etag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(info.Sha256.Span)}\"");
        var modified = DateTimeOffset.FromUnixTimeSeconds(info.CreatedAt.ToUnixTimeSeconds());
        headers.ETag = etag;
        headers.LastModified = modified;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "private, no-store";
        response.Headers["X-Guardian-Status"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(info.Status.ToString());
        if (Precondition(context.Request, etag, modified) is { } status)
        {
            response.StatusCode = status;
            return;
        }

        RequestedRanges ranges = RequestedRanges.Parse(RangeHeader(context.Request, etag, modified), info.Size);
        if (ranges.Answer == RangeAnswer.NotSatisfiable)
        {
            headers.ContentRange = new ContentRangeHeaderValue(info.Size);
            await TypedResults.Problem($"range: the object has {info.Size} bytes, and at most {RequestedRanges.MaxRanges} ranges are allowed", statusCode: StatusCodes.Status416RangeNotSatisfiable).ExecuteAsync(context);
            return;
        }

        List<(ByteRange? Range, byte[] Before)> parts = Plan(ranges, info, response, out byte[] after);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        bool isRecorded = false;
        foreach ((ByteRange? range, byte[] before) in parts)
        {
            await using ArchiveRead read = await archive.OpenReadAsync(info, range, context.RequestAborted) ?? throw new StorageException($"{id} went while it was read", isTransient: true);
            if (!isRecorded)
            {
                await archive.Evidence.RecordAccessAsync(id, viewer.Name, viewer.Link, context.RequestAborted);
                isRecorded = true;
            }

            await WriteAsync(response, before);
            if (!await CopyAsync(read.Content, range?.Count ?? info.Size, context))
            {
                return;
            }
        }

        await WriteAsync(response, after);
    }

    private static ValueTask<FlushResult> WriteAsync(HttpResponse response, byte[] bytes) => bytes.Length == 0 ? default : response.BodyWriter.WriteAsync(bytes, response.HttpContext.RequestAborted);

    private static Task NotHereAsync(HttpContext context, SealedObjectInfo? info)
    {
        (string status, string detail) = info?.Status switch
        {
            null => ("unknown", "the object is not here"),
            SealedObjectStatus.Receiving => ("receiving", "the object is still being uploaded"),
            SealedObjectStatus.Failed => ("failed", "the archive has lost the object"),
            _ => ("deleting", "the object is being deleted"),
        };
        return TypedResults.Problem(detail, statusCode: 404, extensions: new Dictionary<string, object?> { ["archive_status"] = status }).ExecuteAsync(context);
    }

    /// <summary>The status that a precondition decides; null when the request goes on.</summary>
    private static int? Precondition(HttpRequest request, EntityTagHeaderValue etag, DateTimeOffset modified)
    {
        RequestHeaders h = request.GetTypedHeaders();
        if (h.IfMatch.Count > 0)
        {
            if (!h.IfMatch.Any(t => t == EntityTagHeaderValue.Any || t.Compare(etag, useStrongComparison: true)))
            {
                return StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (h.IfUnmodifiedSince is { } unmodifiedSince && modified > unmodifiedSince)
        {
            return StatusCodes.Status412PreconditionFailed;
        }

        bool unchanged = h.IfNoneMatch.Count > 0
            ? h.IfNoneMatch.Any(t => t == EntityTagHeaderValue.Any || t.Compare(etag, useStrongComparison: false))
            : h.IfModifiedSince is { } modifiedSince && modified <= modifiedSince;
        return unchanged ? StatusCodes.Status304NotModified : null;
    }

    /// <summary>The Range header where it counts: of a GET (RFC 9110, section 14.2), and where If-Range lets it. An object never changes, so its date is as strong a validator as its tag.</summary>
    private static string? RangeHeader(HttpRequest request, EntityTagHeaderValue etag, DateTimeOffset modified)
    {
        bool given = request.Headers.ContainsKey(HeaderNames.IfRange);
        bool holds = !given || (request.GetTypedHeaders().IfRange is { } condition
            && (condition.EntityTag is { } tag ? tag.Compare(etag, useStrongComparison: true) : condition.LastModified == modified));
        return holds && HttpMethods.IsGet(request.Method) ? request.Headers.Range.ToString() : null;
    }

    /// <summary>Sets status and headers; says what is sent: runs of the object, each with what goes before it, and what goes last.</summary>
    private static List<(ByteRange? Range, byte[] Before)> Plan(RequestedRanges ranges, SealedObjectInfo info, HttpResponse response, out byte[] after)
    {
        after = [];
        response.ContentType = MediaType;
        if (ranges.Answer == RangeAnswer.Whole)
        {
            response.ContentLength = info.Size;
            return [(null, [])];
        }

        response.StatusCode = StatusCodes.Status206PartialContent;
        if (ranges.Ranges is [var only])
        {
            response.Headers.ContentRange = ContentRange(only, info.Size);
            response.ContentLength = only.Count;
            return [(only, [])];
        }

        // Random, so that it stands in no object by design or chance.
        string boundary = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        response.ContentType = $"multipart/byteranges; boundary={boundary}";
        List<(ByteRange? Range, byte[] Before)> parts =
            [.. ranges.Ranges.Select(r => ((ByteRange?)r, Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\nContent-Type: {MediaType}\r\nContent-Range: {ContentRange(r, info.Size)}\r\n\r\n")))];
        after = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        response.ContentLength = parts.Sum(p => p.Before.Length + p.Range!.Value.Count) + after.Length;
        return parts;
    }

    private static string ContentRange(ByteRange r, long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {r.Offset}-{r.Offset + r.Count - 1}/{size}");

    /// <summary>
    /// Kestrel's least rate is an average since the answer began, so a reader that took the first megabytes quickly could hold a file or a connection to the store for hours. One that takes nothing for this long is cut off.
    /// </summary>
    /// <returns>Null when it was.</returns>
    private static async Task<FlushResult?> WithoutStallAsync(Task<FlushResult> flushing, HttpContext context)
    {
        try
        {
            return await flushing.WaitAsync(StallTimeout);
        }
        catch (TimeoutException)
        {
            context.Abort();
            await ((Task)flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
    }

    /// <returns>False when the reader is gone.</returns>
    private static async Task<bool> CopyAsync(Stream content, long count, HttpContext context)
    {
        (PipeWriter output, CancellationToken cancellationToken) = (context.Response.BodyWriter, context.RequestAborted);
        while (count > 0)
        {
            int want = (int)Math.Min(Piece, count);
            int read = await content.ReadAsync(output.GetMemory(want)[..want], cancellationToken);
            if (read == 0)
            {
                // The length is promised already; an answer cut short is one that fails.
                throw new StorageException($"the store gave {count} bytes less than it has", isTransient: true);
            }

            output.Advance(read);
            count -= read;
            ValueTask<FlushResult> flushing = output.FlushAsync(cancellationToken);
            FlushResult? sent = flushing.IsCompletedSuccessfully ? flushing.Result : await WithoutStallAsync(flushing.AsTask(), context);
            if (sent is not { IsCompleted: false, IsCanceled: false })
            {
                return false;
            }
        }

        return true;
    }
}
