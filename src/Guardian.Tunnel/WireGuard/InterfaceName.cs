using System.Buffers;

namespace Guardian.Tunnel;

/// <summary>Names of network interfaces. They end up in paths and command lines, so less is allowed than the system would.</summary>
internal static class InterfaceName
{
    /// <summary>IFNAMSIZ of Linux less its terminator.</summary>
    public const int MaxLength = 15;

    /// <summary>What a name must be, to follow the name of its setting.</summary>
    public const string Rule = "must be 1 to 15 characters of A-Z a-z 0-9 _ -, the first a letter";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether a name may be used.</summary>
    public static bool IsValid(string? name) =>
        name is { Length: >= 1 and <= MaxLength } && char.IsAsciiLetter(name[0]) && name.AsSpan().IndexOfAnyExcept(Allowed) < 0;

    /// <summary>Gives back a name that may be used.</summary>
    /// <exception cref="TunnelException">It may not.</exception>
    public static string Check(string name) => IsValid(name) ? name : throw new TunnelException($"interface name {Rule}");
}
