using System.Reflection;

namespace Guardian.EndToEnd.Support;

/// <summary>Where the built programs are.</summary>
internal static class Programs
{
    public static string Demo { get; } = Find("Demo");

    public static string Host { get; } = Find("Host");

    public static string Edge { get; } = Find("Edge");

    private static string Find(string name) =>
        typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == name).Value!;
}
