using System.Globalization;
using Guardian.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Guardian.Grpc.Server;

/// <summary>The one place that decides how a status travels.</summary>
internal static class ResponseStatus
{
    private static readonly string[] Numbers = [.. Enumerable.Range(0, (int)StatusCode.Unauthenticated + 1).Select(n => n.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// Ends a response. While nothing was sent, status and metadata share the one HEADERS frame ("trailers-only"); else they go in the trailing one.
    /// </summary>
    public static void Write(HttpContext context, ServerCall? call, StatusCode status, string detail, Metadata? trailers = null)
    {
        bool trailersOnly = call is not { HeadersSent: true };
        IHeaderDictionary target = trailersOnly ? context.Response.Headers : context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        if (trailersOnly)
        {
            context.Response.ContentType = Protocol.ContentType;
            Append(target, call?.ResponseHeaders);
        }

        target[Protocol.StatusHeader] = Numbers[(int)status];
        if (detail.Length > 0)
        {
            target[Protocol.MessageHeader] = StatusMessage.Encode(detail);
        }

        Append(target, call?.ResponseTrailers);
        Append(target, trailers);
    }

    public static void Append(IHeaderDictionary target, Metadata? metadata)
    {
        foreach (MetadataEntry entry in metadata ?? [])
        {
            target.Append(entry.Name, entry.Encoded);
        }
    }
}
