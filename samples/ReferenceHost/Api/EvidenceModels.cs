namespace Guardian.ReferenceHost.Api;

/// <summary>An entry of the evidence log. <c>leaf</c> and <c>salt</c> are hexadecimal; <c>details</c> is the text whose salted hash the leaf holds, null with its salt once erased.</summary>
public sealed record EvidenceEntryDto(long Index, string Kind, DateTimeOffset At, string Leaf, string? Details, string? Salt);

/// <summary>Shows that an entry is in the log of <c>size</c> entries: an inclusion proof of RFC 9162 in hexadecimal.</summary>
public sealed record InclusionDto(long Index, long Size, string LeafHash, IReadOnlyList<string> Proof);

/// <summary>Shows that the log of <c>to</c> entries is the log of <c>from</c> entries with some appended: a consistency proof of RFC 9162 in hexadecimal.</summary>
public sealed record ConsistencyDto(long From, long To, IReadOnlyList<string> Proof);

/// <summary>A key that signs or signed the log; <c>endorsement</c> is the signature of the key before it, in base64.</summary>
public sealed record EvidenceKeyDto(string Id, string PublicKey, string? EndorsedBy, string? Endorsement);
