using Guardian.Storage;

namespace Guardian.ReferenceHost.Api;

/// <summary>Sealed objects, to whoever has the API token or a signed link to just that object.</summary>
internal static class RelayEndpoints
{
    private static readonly string[] Methods = ["GET", "HEAD"];

    public static void MapRelay(this IEndpointRouteBuilder api)
    {
        Map(api, "/events/{id:guid}/clip", "The event's sealed clip; takes Range.", (id, _) => SealedObjectId.Clip(id));
        Map(api, "/events/{id:guid}/metadata", "The event's sealed metadata; takes Range.", (id, _) => SealedObjectId.Metadata(id));
        Map(api, "/events/{id:guid}/snapshots/{number:int:range(1,99)}", "One of the event's sealed snapshots, from 1; takes Range.", SealedObjectId.Snapshot);
    }

    /// <summary>Where an object is served; null for objects that are not.</summary>
    public static string? PathOf(SealedObjectId id)
    {
        string? last = id == SealedObjectId.Clip(id.EventId) ? "clip" : id == SealedObjectId.Metadata(id.EventId) ? "metadata"
            : Enumerable.Range(1, 99).Where(n => id == SealedObjectId.Snapshot(id.EventId, n)).Select(n => $"snapshots/{n}").FirstOrDefault();
        return last is null ? null : $"/api/v1/events/{id.EventId}/{last}";
    }

    private static void Map(IEndpointRouteBuilder api, string pattern, string summary, Func<Guid, int, SealedObjectId> objectOf) =>
        api.MapMethods(pattern, Methods, async (Guid id, HttpContext context, SealedArchive archive, ApiToken token) =>
            {
                int number = context.GetRouteValue("number") is string text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 1;
                if (id == Guid.Empty)
                {
                    await TypedResults.Problem("no such event", statusCode: 404).ExecuteAsync(context);
                }
                else if (await AdmitAsync(context, archive, token, objectOf(id, number)) is { } viewer)
                {
                    await SealedObjectResponse.WriteAsync(context, archive, objectOf(id, number), viewer);
                }
            })
            .WithSummary(summary).Produces(200, contentType: SealedObjectResponse.MediaType).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(416);

    /// <summary>Who asks; null after an answer that refuses.</summary>
    private static async Task<Viewer?> AdmitAsync(HttpContext context, SealedArchive archive, ApiToken apiToken, SealedObjectId id)
    {
        if (apiToken.Accepts(context.Request.Headers.Authorization))
        {
            return Viewer.Api;
        }

        string? token = context.Request.Query["token"];
        if (string.IsNullOrEmpty(token))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await TypedResults.Problem("a valid API token (Authorization: Bearer TOKEN) or a signed link (?token=) is needed", statusCode: 401).ExecuteAsync(context);
            return null;
        }

        // The token is all the credential there is: no cookie goes with it, so pages of other origins may use it.
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers.AccessControlExposeHeaders = "Accept-Ranges, Content-Length, Content-Range, ETag, X-Guardian-Status";
        LinkCheck check = await archive.Links.CheckAsync(token, id, context.RequestAborted);
        if (check.Link is { } link)
        {
            return new Viewer(link.Viewer, link.Id);
        }

        (int status, string problem) = check.Refusal switch
        {
            LinkRefusal.Expired => (403, "link: its time is over, or longer than this node allows"),
            LinkRefusal.Revoked => (403, "link: it was revoked"),
            LinkRefusal.OtherObject => (403, "link: it opens another object"),
            _ => (401, "link: no key of this node signed it"),
        };
        await TypedResults.Problem(problem, statusCode: status).ExecuteAsync(context);
        return null;
    }
}
