namespace Guardian.ReferenceHost.Api;

/// <summary>Who reads an object, for the evidence log.</summary>
/// <param name="Name">Whom the link was made for, or <c>api</c> for whoever has the node's API token.</param>
/// <param name="Link">The link's id; null without one.</param>
internal sealed record Viewer(string Name, string? Link)
{
    public static readonly Viewer Api = new("api", null);
}
