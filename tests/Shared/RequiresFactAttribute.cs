namespace Guardian.Testing;

/// <summary>
/// A fact that needs programs from outside. Where one is missing it is skipped with the command that installs it; in CI (<c>CI=true</c>) it runs
/// and fails, so that a missing install step cannot hide.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(params string[] needs) => Skip = Requirement.Missing(needs);
}

/// <inheritdoc cref="RequiresFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(params string[] needs) => Skip = Requirement.Missing(needs);
}

internal static class Requirement
{
    /// <summary>Null when every need is met (or in CI); else the reason to skip. A need is a program on PATH, or an absolute path.</summary>
    public static string? Missing(string[] needs)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            return null;
        }

        string[] missing = [.. needs.Where(n => !(Path.IsPathRooted(n) ? File.Exists(n) || Directory.Exists(n) : OnPath(n)))];
        return missing.Length == 0 ? null : $"MISSING: {string.Join(", ", missing)}. './guardian test' installs what the tests need.";
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, program)));
}
