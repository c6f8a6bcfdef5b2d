using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Testing;

namespace Guardian.EndToEnd.WireGuard;

/// <summary>A node with its WireGuard server in one namespace, the edges' end of the cable in another.</summary>
internal sealed class TunnelSite : IAsyncDisposable
{
    /// <summary>The node's address in the tunnel.</summary>
    public const string NodeAddress = "10.77.0.1";

    private static readonly CancellationToken None = CancellationToken.None;

    private TunnelSite(Site site, RunningNode node)
    {
        Site = site;
        Running = node;
    }

    public Site Site { get; }

    public RunningNode Running { get; }

    public static async Task<TunnelSite> StartAsync()
    {
        Site site = await Site.CreateAsync(None);
        try
        {
            return new TunnelSite(site, await RunningNode.StartAsync(site: site));
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Enrols an edge over the cable; it sends when it is told to.</summary>
    public async Task<SendingEdge> EnrolAsync(string name) => new(this, await Running.EnrolAsync(name), Running.File($"{name}.work"));

    /// <summary>Cuts or mends the cable.</summary>
    public Task SetCableAsync(bool up) => IpAsync("-n", Site.EdgeNamespace, "link", "set", Site.EdgeCable, up ? "up" : "down");

    /// <summary>The public keys that the node's WireGuard lets in, as its own socket tells.</summary>
    public async Task<string[]> PeersAsync() => (await RunAsync("wg", "show", Site.NodeInterface, "peers")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The public key of the node's WireGuard.</summary>
    public async Task<string> PublicKeyAsync() => (await RunAsync("wg", "show", Site.NodeInterface, "public-key")).Trim();

    /// <summary>The process that does the node's WireGuard.</summary>
    public async Task<string> WireGuardProcessAsync()
    {
        string[] processes = (await RunAsync("ip", "netns", "pids", Site.NodeNamespace)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return Assert.Single(processes, p => File.Exists($"/proc/{p}/comm") && File.ReadAllText($"/proc/{p}/comm").Trim() == "wireguard-go");
    }

    /// <summary>Waits until the node has an event.</summary>
    public Task ReceivesAsync(Guid id, string what) => Eventually.IsTrueAsync(() => HasEventAsync(id), $"{what}: event {id} is on the node", TimeSpan.FromSeconds(90));

    /// <summary>Waits until the audit log has an entry, and gives it.</summary>
    public async Task<JsonElement> AuditedAsync(string action, string detail)
    {
        JsonElement[] found = await Eventually.GetAsync(
            async () => (await Running.Api.GetAsync("audit?limit=1000", None)).EnumerateArray().Where(a => a.GetProperty("action").GetString() == action && a.GetProperty("detail").GetString()!.Contains(detail, StringComparison.Ordinal)).ToArray() is { Length: > 0 } entries ? entries : null,
            $"the audit log has {action} with '{detail}'");
        return found[0];
    }

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{await errors}");
        return output;
    }

    public static Task IpAsync(params string[] arguments) => RunAsync("ip", arguments);

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        await Site.DisposeAsync();
    }

    private async Task<bool> HasEventAsync(Guid id)
    {
        try
        {
            await Running.Api.GetAsync($"events/{id}", None);
            return true;
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
