using System.Text.Json;

namespace Guardian.Demo;

/// <summary>The node's process over its restarts: same folder, same ports.</summary>
internal sealed class Node(string dll, string folder, string customerKey, int port, Site? site = null) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly int _port = port == 0 ? LoopbackPort.Find() : port;
    private readonly int _edgePort = LoopbackPort.Find();
    private readonly int _enrollPort = LoopbackPort.Find();
    private ChildProcess? _process;

    public string Folder { get; } = folder;

    public string Dll { get; } = dll;

    /// <summary>Where this program reaches the API.</summary>
    public string Address => $"http://{ApiHost}:{_port}";

    public int ApiPort => _port;

    public int EdgePort => _edgePort;

    public int EnrollmentPort => _enrollPort;

    private string ApiHost => site?.ConsoleAddress ?? "127.0.0.1";

    public string? Token { get; private set; }

    public int ProcessId => _process!.Id;

    public string Log => _process?.Tail ?? "";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (site is not null)
        {
            await NameInterfaceAsync(site, cancellationToken);
        }

        string[] tunnel = site is null ? [] : ["--address", ApiHost, "--edge-address", Site.CableNode, "--public-host", Site.CableNode, "--wireguard", $"{Site.CableNode}:51820"];
        _process = ChildProcess.StartIn(
            site?.NodeNamespace, Dll, ["serve", "--data", Folder, "--port", $"{_port}", "--edge-port", $"{_edgePort}", "--enroll-port", $"{_enrollPort}", "--customer-key", customerKey, .. tunnel]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        Task<string?> token = ReadTokenAsync(_process, limit.Token);
        using var http = new HttpClient();
        while (!await IsUpAsync(http, limit.Token))
        {
            if (_process.HasExited)
            {
                throw new StoryFailedException($"the node did not start:\n{_process.Tail}");
            }

            await Task.Delay(50, limit.Token);
        }

        // The token is printed once, by the first start.
        Token ??= await token;
    }

    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static async Task<string?> ReadTokenAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        await foreach (string line in process.LinesAsync(cancellationToken))
        {
            if (line.StartsWith("API token", StringComparison.Ordinal))
            {
                return line["API token".Length..].Trim();
            }
        }

        return null;
    }

    /// <summary>The sockets of WireGuard interfaces are seen from every namespace, so the name must be this run's own.</summary>
    private Task NameInterfaceAsync(Site site, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        string settings = JsonSerializer.Serialize(new { Guardian = new { Tunnel = new { WireGuard = new { Interface = site.NodeInterface } } } });
        return File.WriteAllTextAsync(Path.Combine(Folder, "guardian.json"), settings, cancellationToken);
    }

    private async Task<bool> IsUpAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            string info = Path.Combine(Folder, "node.json");
            string health = await http.GetStringAsync($"{Address}/api/v1/health", cancellationToken);
            return health.Contains("ok", StringComparison.Ordinal) && File.Exists(info)
                && JsonDocument.Parse(await File.ReadAllTextAsync(info, cancellationToken)).RootElement.GetProperty("process_id").GetInt32() == _process!.Id;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
