using Guardian.Storage;

namespace Guardian.ReferenceHost.Composition;

/// <summary>The archive's settings, as the node and the operator's commands both read them.</summary>
internal static class ArchiveSettings
{
    /// <summary>Reads the section; that of the S3 server lies inside it and has options of its own.</summary>
    public static void Bind(IConfiguration configuration, SealedArchiveOptions options)
    {
        IConfigurationSection section = configuration.GetSection(SealedArchiveOptions.Section);
        const string s3 = SealedArchiveOptions.Section + ":S3";
        new ConfigurationBuilder()
            .AddInMemoryCollection(section.AsEnumerable().Where(p => p.Key != s3 && !p.Key.StartsWith(s3 + ":", StringComparison.OrdinalIgnoreCase)))
            .Build()
            .GetSection(SealedArchiveOptions.Section)
            .Bind(options, b => b.ErrorOnUnknownConfiguration = true);
    }
}
