namespace Guardian.Storage;

/// <summary>What became of a link's token.</summary>
/// <param name="Link">The link when it opens the object; else null.</param>
/// <param name="Refusal">Why it does not; else null.</param>
public sealed record LinkCheck(SignedLink? Link, LinkRefusal? Refusal);
