using Guardian.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>Signed links: made and revoked with the API token, used without it.</summary>
internal static class LinkEndpoints
{
    public static void MapLinks(this IEndpointRouteBuilder api)
    {
        api.MapPost("/events/{id:guid}/links", IssueAsync).WithSummary("Makes a link that lets one viewer read one object for a while.");
        api.MapDelete("/links/{link}", RevokeAsync).WithSummary("Ends a link at once.");
    }

    private static async Task<Results<Created<LinkDto>, ProblemHttpResult>> IssueAsync(Guid id, LinkRequestDto request, SealedArchive archive, CancellationToken cancellationToken)
    {
        try
        {
            var of = new SealedObjectId(id, request.Name ?? "");
            if (RelayEndpoints.PathOf(of) is not { } path || await archive.GetAsync(of, cancellationToken) is null)
            {
                return TypedResults.Problem("name: the event has no such object", statusCode: 404);
            }

            (SignedLink link, string token) = await archive.Links.IssueAsync(of, request.Viewer ?? "", TimeSpan.FromSeconds(request.ExpiresIn), cancellationToken);
            return TypedResults.Created((string?)null, new LinkDto(link.Id, of.Name, link.Viewer, link.ExpiresAt, $"{path}?token={token}"));
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message.Split(" (Parameter", 2)[0], statusCode: 400);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string link, SealedArchive archive, CancellationToken cancellationToken)
    {
        try
        {
            await archive.Links.RevokeAsync(link, cancellationToken);
            return TypedResults.NoContent();
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message.Split(" (Parameter", 2)[0], statusCode: 400);
        }
    }
}
