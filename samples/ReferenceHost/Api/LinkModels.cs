namespace Guardian.ReferenceHost.Api;

/// <summary>Asks for a link. <c>name</c> is the object: clip.mp4, snapshot.jpg, snapshot-2.jpg, … or metadata.json; <c>expires_in</c> is in seconds.</summary>
public sealed record LinkRequestDto(string Name, string Viewer, int ExpiresIn);

/// <summary>A link. <c>url</c> has a secret in it, which the node does not keep.</summary>
public sealed record LinkDto(string Id, string Name, string Viewer, DateTimeOffset ExpiresAt, string Url);
