namespace Guardian.Storage;

/// <summary>
/// An object's key inside its bucket: 1 to 512 characters of <c>A-Z a-z 0-9 . _ - /</c>, segments that are neither empty nor <c>.</c> or <c>..</c>, so that it is a
/// safe relative path on every store.
/// </summary>
public readonly record struct ObjectKey
{
    private const int MaxLength = 512;
    private readonly string? _key;

    private ObjectKey(string key) => _key = key;

    /// <summary>The key of something that belongs to an event: <c>events/{event id}/{name}</c>.</summary>
    /// <exception cref="ArgumentException">The name is not a safe path segment.</exception>
    public static ObjectKey ForEvent(Guid eventId, string name) => Parse($"events/{eventId:D}/{name}");

    /// <summary>Takes a key as it is.</summary>
    /// <exception cref="ArgumentException">It breaks the rules.</exception>
    public static ObjectKey Parse(string key) => TryParse(key)
        ?? throw new ArgumentException($"key: 1 to {MaxLength} characters of A-Z a-z 0-9 . _ - / in non-empty segments are needed", nameof(key));

    internal static ObjectKey? TryParse(string key)
    {
        bool fits = key.Length is >= 1 and <= MaxLength
            && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/')
            && key.Split('/').All(s => s is not ("" or "." or ".."));
        return fits ? new ObjectKey(key) : null;
    }

    /// <summary>The key.</summary>
    public override string ToString() => _key ?? throw new InvalidOperationException("an uninitialised object key");
}
