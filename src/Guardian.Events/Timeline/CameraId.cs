namespace Guardian.Events;

/// <summary>Names a camera: 1 to 128 characters of <c>A-Z a-z 0-9 . _ : -</c>.</summary>
public readonly record struct CameraId
{
    private const int MaxLength = 128;
    private readonly string? _value;

    /// <summary>Makes an id.</summary>
    /// <exception cref="ArgumentException">It breaks the rules.</exception>
    public CameraId(string value) => _value = IsValid(value)
        ? value
        : throw new ArgumentException($"camera id: 1 to {MaxLength} characters of A-Z a-z 0-9 . _ : - are needed", nameof(value));

    /// <summary>Reads an id.</summary>
    /// <returns>False when it breaks the rules.</returns>
    public static bool TryParse(string? text, out CameraId id)
    {
        bool valid = text is not null && IsValid(text);
        id = valid ? new CameraId(text!) : default;
        return valid;
    }

    /// <summary>The id as the edge says it.</summary>
    public override string ToString() => _value ?? throw new InvalidOperationException("an uninitialised camera id");

    private static bool IsValid(string text) =>
        text.Length is >= 1 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');
}
