using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Guardian.Testing;

/// <summary>Event ids are what operators filter by, so no two messages of a package may share one.</summary>
internal static class LogEventIds
{
    /// <summary>Asserts that the ids of an assembly's log messages are unique and inside the package's range.</summary>
    public static void AssertUnique(Assembly assembly, int first, int last)
    {
        LoggerMessageAttribute[] messages = [.. assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];
        Assert.NotEmpty(messages);
        Assert.Equal(messages.Length, messages.Select(m => m.EventId).Distinct().Count());
        Assert.All(messages, m => Assert.InRange(m.EventId, first, last));
    }
}
