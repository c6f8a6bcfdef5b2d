using System.CommandLine;
using Guardian.Events;
using Guardian.Models;
using Guardian.ReferenceHost.Composition;
using Guardian.Storage;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Commands;

/// <summary>A node's folder, as commands beside the node find it.</summary>
internal sealed class DataFolder
{
    private DataFolder(string path, NodeInfo node)
    {
        Path = path;
        Node = node;
    }

    public string Path { get; }

    public NodeInfo Node { get; }

    public string Tunnel => System.IO.Path.Combine(Path, "tunnel");

    /// <summary>Who gives the command, for the audit log.</summary>
    public static string Actor => $"operator:{Environment.UserName}";

    /// <exception cref="TunnelException">No node has run in the folder: opening what it has not would create it.</exception>
    public static DataFolder Of(ParseResult result)
    {
        string path = System.IO.Path.GetFullPath(result.GetRequiredValue(CommandLine.Data));
        return new DataFolder(path, NodeInfo.Read(System.IO.Path.Combine(path, "node.json")) ?? throw new TunnelException($"{path}: no node has run here yet; start one with 'serve' first"));
    }

    public EdgeRegistry OpenRegistry() => new(System.IO.Path.Combine(Tunnel, "registry.db"));

    /// <summary>The gateway's settings, from where the node reads them.</summary>
    public TunnelOptions ReadOptions()
    {
        var options = new TunnelOptions();
        Configuration().GetSection(TunnelOptions.Section).Bind(options, b => b.ErrorOnUnknownConfiguration = true);
        return options;
    }

    /// <summary>The archive's index, beside the running node, which acts on what is decided here within seconds.</summary>
    public ArchiveRegister OpenArchiveRegister() => new(ReadArchiveOptions());

    /// <summary>Where the archive's objects are, to read them beside the running node.</summary>
    public IArchiveStore OpenArchiveToRead()
    {
        IConfigurationSection s3 = Configuration().GetSection(S3ArchiveOptions.Section);
        if (!s3.Exists())
        {
            return FolderArchiveStore.OpenToRead(System.IO.Path.Combine(Path, HostSettings.ArchiveFolderName));
        }

        var options = new S3ArchiveOptions();
        s3.Bind(options, b => b.ErrorOnUnknownConfiguration = true);
        return new S3ArchiveStore(options);
    }

    public SealedArchiveOptions ReadArchiveOptions()
    {
        var options = new SealedArchiveOptions();
        ArchiveSettings.Bind(Configuration(), options);
        options.Directory = System.IO.Path.Combine(Path, "storage");
        return options;
    }

    public SqliteEventStore OpenEvents() => new(new EventStoreOptions { DatabasePath = System.IO.Path.Combine(Path, "events.db") });

    /// <summary>Datasets, trainings and models, beside the running node, which sees what changes here.</summary>
    public LocalModels OpenModels()
    {
        var options = new GuardianModelsOptions();
        Configuration().GetSection(GuardianModelsOptions.Section).Bind(options, b => b.ErrorOnUnknownConfiguration = true);
        options.Directory = System.IO.Path.Combine(Path, "models");
        return new LocalModels(options);
    }

    public CertificateAuthority OpenAuthority() => CertificateAuthority.Open(Tunnel, ReadOptions().ReadKeyPassphrase());

    private IConfigurationRoot Configuration() =>
        new ConfigurationBuilder().AddJsonFile(System.IO.Path.Combine(Path, HostSettings.ConfigurationFileName), optional: true).AddEnvironmentVariables().Build();
}
