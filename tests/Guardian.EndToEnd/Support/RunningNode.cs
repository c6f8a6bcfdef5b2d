using System.Net.Http.Headers;
using Guardian.Demo;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;

namespace Guardian.EndToEnd.Support;

/// <summary>A node as a process, with its customer's key, in a folder of its own.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    public const string Passphrase = "end to end tests";
    private readonly TemporaryFolder _folder;
    private readonly Site? _site;

    private RunningNode(TemporaryFolder folder, RecipientPrivateKey customer, string? dataFolder, Site? site)
    {
        _folder = folder;
        _site = site;
        Customer = customer;
        Node = new Node(Programs.Host, dataFolder ?? folder.File("node"), folder.File("customer.pub.pem"), port: 0, site);
    }

    public RecipientPrivateKey Customer { get; }

    public Node Node { get; }

    public Commands Operator => field ??= new Commands(Node.Folder);

    public NodeApi Api => field ??= new NodeApi(Node.Address, Node.Token!);

    public string File(string name) => _folder.File(name);

    /// <param name="dataFolder">The node's folder when it is not to be a temporary one.</param>
    /// <param name="site">The namespaces that it runs in, with a WireGuard server; it stays the caller's.</param>
    /// <param name="settings">What its <c>guardian.json</c> has under <c>Guardian</c>, as JSON.</param>
    public static async Task<RunningNode> StartAsync(string? dataFolder = null, Site? site = null, string? settings = null)
    {
        var folder = new TemporaryFolder();
        RecipientPrivateKey customer = RecipientPrivateKey.Generate();
        await System.IO.File.WriteAllTextAsync(folder.File("customer.pub.pem"), customer.PublicKey.ToPem());
        await System.IO.File.WriteAllTextAsync(folder.File("customer.key.pem"), customer.ToEncryptedPem(Passphrase));
        await System.IO.File.WriteAllTextAsync(folder.File("passphrase.txt"), Passphrase + "\n");
        var node = new RunningNode(folder, customer, dataFolder, site);
        if (settings is not null)
        {
            Directory.CreateDirectory(node.Node.Folder);
            await System.IO.File.WriteAllTextAsync(Path.Combine(node.Node.Folder, "guardian.json"), $$"""{"Guardian":{{settings}}}""");
        }

        await node.Node.StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>Adds an edge with the operator's command and enrols it with the edge's command, for the tunnel where there is one.</summary>
    /// <returns>The folder with the edge's PEM files.</returns>
    public async Task<string> EnrolAsync(string name = "edge")
    {
        string bundle = File($"{name}.bundle"), credentials = File(name);
        (int added, string output) = await ChildProcess.RunAsync(Programs.Host, ["edge", "add", name, "--out", bundle, "--data", Node.Folder], CancellationToken.None);
        Assert.True(added == 0, output);
        string[] tunnel = _site is null ? [] : ["--wireguard"];
        (int enrolled, output) = await ChildProcess.RunInAsync(_site?.EdgeNamespace, Programs.Edge, ["enroll", "--bundle", bundle, "--out", credentials, .. tunnel], CancellationToken.None);
        Assert.True(enrolled == 0, output);
        return credentials;
    }

    /// <summary>A client of the REST API with the operator's token.</summary>
    public HttpClient OpenHttp() => new()
    {
        BaseAddress = new Uri(Node.Address),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Node.Token) },
    };

    public async Task<EdgeClient> ConnectAsync() => new(EdgeCredentials.Load(await EnrolAsync($"edge-{Guid.NewGuid():N}")));

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Customer.Dispose();
        _folder.Dispose();
    }
}
