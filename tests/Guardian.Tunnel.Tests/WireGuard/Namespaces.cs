using System.Globalization;
using Guardian.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>
/// Two network namespaces, node and edge, joined by a cable: 10.88.0.1 and 10.88.0.2, and nothing beyond. Names are unique in the run, because wireguard-go's sockets are in the file system that both share.
/// </summary>
internal sealed class Namespaces : IAsyncDisposable
{
    public const string NodeUnderlay = "10.88.0.1", EdgeUnderlay = "10.88.0.2";

    private static int _count;
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"g{Environment.ProcessId}x{Interlocked.Increment(ref _count)}");
    private readonly List<WireGuardInterface> _interfaces = [];

    private Namespaces()
    {
    }

    public string Node => _prefix + "n";

    public string Edge => _prefix + "e";

    /// <summary>Null when everything is there (or in CI); else the reason to skip.</summary>
    public static string? Missing() => Requirement.Missing(["ip", "wg", "wireguard-go", "ping", "/dev/net/tun"])
        ?? (Privileges.AllowNetworkChanges() || Environment.GetEnvironmentVariable("CI") == "true" ? null : "MISSING: root, to make network namespaces.");

    public static async Task<Namespaces> CreateAsync()
    {
        var namespaces = new Namespaces();
        string node = namespaces.Node, edge = namespaces.Edge;
        await IpAsync("netns", "add", node);
        await IpAsync("netns", "add", edge);
        await IpAsync("link", "add", "cable", "netns", node, "type", "veth", "peer", "name", "cable", "netns", edge);
        foreach ((string name, string address) in ((string, string)[])[(node, NodeUnderlay), (edge, EdgeUnderlay)])
        {
            await IpAsync("-n", name, "address", "add", address + "/24", "dev", "cable");
            await IpAsync("-n", name, "link", "set", "lo", "up");
            await IpAsync("-n", name, "link", "set", "cable", "up");
        }

        return namespaces;
    }

    /// <summary>A runner of programs in one of the namespaces.</summary>
    public static CommandRunner In(string name) => new(TimeProvider.System, "ip", "netns", "exec", name);

    /// <summary>An interface in one of the namespaces, removed with them.</summary>
    public WireGuardInterface Interface(string name, params InterfaceAddress[] addresses)
    {
        var settings = new WireGuardInterfaceSettings { Name = name, Provider = WireGuardProvider.Userspace, Addresses = addresses };
        var made = new WireGuardInterface(settings, NullLogger.Instance, TimeProvider.System, In(name));
        _interfaces.Add(made);
        return made;
    }

    /// <summary>Whether an answer to one ping comes within a second.</summary>
    public static async Task<bool> PingsAsync(string from, string to) =>
        (await In(from).RunAsync("ping", ["-c", "1", "-W", "1", to], "", CancellationToken.None)).ExitCode == 0;

    /// <summary>Cuts or mends the cable.</summary>
    public Task SetCableAsync(bool up) => IpAsync("-n", Edge, "link", "set", "cable", up ? "up" : "down");

    public async ValueTask DisposeAsync()
    {
        foreach (WireGuardInterface made in _interfaces)
        {
            await made.DisposeAsync();
        }

        await IpAsync("netns", "delete", Node);
        await IpAsync("netns", "delete", Edge);
    }

    private static async Task IpAsync(params string[] arguments)
    {
        ToolResult result = await new CommandRunner(TimeProvider.System).RunAsync("ip", arguments, "", CancellationToken.None);
        Assert.True(result.ExitCode == 0, $"ip {string.Join(' ', arguments)}: {result.Error}");
    }
}
