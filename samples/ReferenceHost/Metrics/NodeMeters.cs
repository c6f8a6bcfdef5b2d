namespace Guardian.ReferenceHost.Metrics;

/// <summary>The meters of a node that are of use to its operator: the runtime's, the web servers' and Guardian's own.</summary>
internal static class NodeMeters
{
    private static readonly string[] Others = ["System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>As OpenTelemetry takes them, where <c>*</c> stands for any ending.</summary>
    public static readonly string[] Patterns = [.. Others, "Guardian.*"];

    public static bool Contains(string meter) => Others.Contains(meter, StringComparer.Ordinal) || meter.StartsWith("Guardian.", StringComparison.Ordinal);
}
