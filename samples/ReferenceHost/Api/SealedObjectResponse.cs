using Guardian.Storage;
using Microsoft.Net.Http.Headers;

namespace Guardian.ReferenceHost.Api;

/// <summary>Answers a request for sealed bytes with single ranges, validators and HEAD (RFC 9110). The bytes go from store to socket; nothing is buffered whole.</summary>
internal static class SealedObjectResponse
{
    public const string MediaType = "application/vnd.guardian.sealed";

    public static async Task WriteAsync(HttpContext context, SealedArchive archive, SealedObjectId id)
    {
        SealedObjectInfo? info = await archive.GetAsync(id, context.RequestAborted);
        if (info is null or { Status: SealedObjectStatus.Receiving })
        {
            await TypedResults.Problem(info is null ? "the object is not here" : "the object is still being uploaded", statusCode: 404).ExecuteAsync(context);
            return;
        }

        var etag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(info.Sha256.Span)}\"");
        HttpResponse response = context.Response;
        response.GetTypedHeaders().ETag = etag;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "private, no-store";
        response.Headers["X-Guardian-Status"] = ApiMapping.Word(info.Status);
        if (context.Request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } known && known.Any(k => k.Compare(etag, useStrongComparison: false) || k == EntityTagHeaderValue.Any))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        ByteRange? range = null;
        if (RequestedRange(context.Request, etag) is { } wanted)
        {
            range = Resolve(wanted, info.Size);
            if (range is null)
            {
                response.Headers.ContentRange = new ContentRangeHeaderValue(info.Size).ToString();
                await TypedResults.Problem($"range: the object has {info.Size} bytes", statusCode: StatusCodes.Status416RangeNotSatisfiable).ExecuteAsync(context);
                return;
            }

            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = new ContentRangeHeaderValue(range.Value.Offset, range.Value.Offset + range.Value.Count - 1, info.Size).ToString();
        }

        response.ContentType = MediaType;
        response.ContentLength = range?.Count ?? info.Size;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using ArchiveRead? read = await archive.OpenReadAsync(id, range, context.RequestAborted);
        await read!.Content.CopyToAsync(response.Body, context.RequestAborted);
    }

    /// <summary>The one range asked for. Several, or a validator that does not match, mean the whole object, as RFC 9110 allows.</summary>
    private static RangeItemHeaderValue? RequestedRange(HttpRequest request, EntityTagHeaderValue etag)
    {
        RangeHeaderValue? header = request.GetTypedHeaders().Range;
        RangeConditionHeaderValue? condition = request.GetTypedHeaders().IfRange;
        bool matches = condition is null || (condition.EntityTag?.Compare(etag, useStrongComparison: true) ?? false);
        return header is { Unit.Value: "bytes", Ranges.Count: 1 } && matches ? header.Ranges.First() : null;
    }

    private static ByteRange? Resolve(RangeItemHeaderValue wanted, long size)
    {
        if (wanted.From is { } from)
        {
            return from < size ? new ByteRange(from, Math.Min(wanted.To ?? long.MaxValue - 1, size - 1) - from + 1) : null;
        }

        long suffix = Math.Min(wanted.To ?? 0, size);
        return suffix > 0 ? new ByteRange(size - suffix, suffix) : null;
    }
}
