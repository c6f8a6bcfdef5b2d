using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>The interface is made, found, brought back and removed, with real wireguard-go.</summary>
public sealed class WireGuardInterfaceTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly InterfaceAddress Four = new(IPAddress.Parse("10.77.0.1"), 20), Six = new(IPAddress.Parse("fd77:6a2d::1"), 64);

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task it_is_made_as_described_and_removed_at_the_end()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        WireGuardInterface made = namespaces.Interface(namespaces.Node, Four, Six);
        IWireGuardDevice device = await made.EnsureAsync(None);
        Assert.Empty(await device.ListPeersAsync(None));
        LinkState link = (await LinkAsync(namespaces))!;
        Assert.True(link.IsUp);
        Assert.Equal(1420, link.Mtu);
        Assert.Equal([Four, Six], link.Addresses.ToHashSet());

        int child = made.ChildId!.Value;
        await made.EnsureAsync(None);
        Assert.Equal(child, made.ChildId);

        await made.DisposeAsync();
        Assert.Null(await LinkAsync(namespaces));
        Assert.False(File.Exists(UapiWireGuardDevice.SocketPathOf(namespaces.Node)));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(child));
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task one_that_exists_is_adopted_put_right_and_left_behind()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        var old = new InterfaceAddress(IPAddress.Parse("10.99.0.1"), 24);
        await namespaces.Interface(namespaces.Node, old).EnsureAsync(None);
        await using (WireGuardInterface adopting = namespaces.Interface(namespaces.Node, Four))
        {
            await adopting.EnsureAsync(None);
            Assert.Null(adopting.ChildId);
            Assert.Equal([Four], (await LinkAsync(namespaces))!.Addresses);
        }

        Assert.NotNull(await LinkAsync(namespaces));
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task the_socket_that_a_kill_left_is_in_nobodys_way()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        WireGuardInterface made = namespaces.Interface(namespaces.Node, Four);
        await made.EnsureAsync(None);
        using (Process child = Process.GetProcessById(made.ChildId!.Value))
        {
            child.Kill();
            await made.ChildExited!;
        }

        Assert.True(File.Exists(UapiWireGuardDevice.SocketPathOf(namespaces.Node)));
        WireGuardInterface next = namespaces.Interface(namespaces.Node, Four);
        await next.EnsureAsync(None);
        Assert.NotNull(next.ChildId);
        Assert.Equal([Four], (await LinkAsync(namespaces))!.Addresses);
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task an_interface_of_another_kind_is_not_touched()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        ToolResult added = await Namespaces.In(namespaces.Node).RunAsync("ip", ["link", "add", namespaces.Node, "type", "veth", "peer", "name", "other"], "", None);
        Assert.True(added.ExitCode == 0, added.Error);
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => namespaces.Interface(namespaces.Node, Four).EnsureAsync(None));
        Assert.Contains("not WireGuard's", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await LinkAsync(namespaces))!.Addresses);
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task an_interface_of_another_provider_is_refused()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        await namespaces.Interface(namespaces.Node, Four).EnsureAsync(None);
        var settings = new WireGuardInterfaceSettings { Name = namespaces.Node, Provider = WireGuardProvider.Kernel, Addresses = [Four] };
        await using var kernel = new WireGuardInterface(settings, NullLogger.Instance, TimeProvider.System, Namespaces.In(namespaces.Node));
        Assert.Contains("provider is Userspace, not Kernel", (await Assert.ThrowsAsync<TunnelException>(() => kernel.EnsureAsync(None))).Message, StringComparison.Ordinal);
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task automatically_there_is_an_interface_with_and_without_a_kernel_module()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        var settings = new WireGuardInterfaceSettings { Name = namespaces.Node, Provider = WireGuardProvider.Auto, Addresses = [Four] };
        await using var made = new WireGuardInterface(settings, NullLogger.Instance, TimeProvider.System, Namespaces.In(namespaces.Node));
        IWireGuardDevice device = await made.EnsureAsync(None);
        Assert.Equal(made.ChildId is null ? typeof(WgToolDevice) : typeof(UapiWireGuardDevice), device.GetType());
        await device.ConfigureAsync(WireGuardPrivateKey.Generate(), 51820, None);
        Assert.Equal(51820, (await device.GetStatusAsync(None)).ListenPort);
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task without_rights_it_says_what_to_run()
    {
        await using var namespaces = await Namespaces.CreateAsync();
        var settings = new WireGuardInterfaceSettings { Name = namespaces.Node, Addresses = [Four, Six] };
        await using var made = new WireGuardInterface(settings, NullLogger.Instance, TimeProvider.System, Namespaces.In(namespaces.Node), () => false);
        string message = (await Assert.ThrowsAsync<TunnelException>(() => made.EnsureAsync(None))).Message;
        Assert.Null(await LinkAsync(namespaces));

        // The commands do it: run as they are, by root, in the namespace.
        string script = string.Join('\n', ["exec >/dev/null 2>&1", .. message.Split('\n')[1..]]);
        ToolResult ran = await Namespaces.In(namespaces.Node).RunAsync("sh", ["-e"], script, None);
        Assert.True(ran.ExitCode == 0, ran.Error);
        IWireGuardDevice device = await made.EnsureAsync(None);
        Assert.Empty(await device.ListPeersAsync(None));
        ToolResult removed = await Namespaces.In(namespaces.Node).RunAsync("ip", ["link", "delete", "dev", namespaces.Node], "", None);
        Assert.True(removed.ExitCode == 0, removed.Error);
    }

    private static async Task<LinkState?> LinkAsync(Namespaces namespaces)
    {
        ToolResult result = await Namespaces.In(namespaces.Node).RunAsync("ip", ["-json", "-details", "address", "show", "dev", namespaces.Node], "", None);
        return result.ExitCode == 0 ? LinkState.Parse(result.Output) : null;
    }
}
