using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// A WireGuard interface that is there when it is asked for. <see cref="EnsureAsync"/> brings about, and brings back:
/// <list type="number">
/// <item>the interface: found and adopted, or made, by the kernel or by wireguard-go as a child process;</item>
/// <item>its addresses, MTU and being up.</item>
/// </list>
/// What it made it removes again when disposed; what it adopted it leaves. Key, port and peers are the device's. Not safe for use by several threads.
/// </summary>
public sealed class WireGuardInterface : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10), StartPoll = TimeSpan.FromMilliseconds(20);

    private readonly WireGuardInterfaceSettings _settings;
    private readonly CommandRunner _commands;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<bool> _mayChangeNetwork;
    private readonly UapiWireGuardDevice _userspace;
    private readonly WgToolDevice _kernel;
    private WireGuardGoProcess? _child;
    private bool _madeByKernel, _adopted;

    /// <summary>Describes the interface; nothing happens yet.</summary>
    /// <param name="settings">What it should be.</param>
    /// <param name="logger">Says what is made, found and lost.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The interface's name is none.</exception>
    public WireGuardInterface(WireGuardInterfaceSettings settings, ILogger logger, TimeProvider? timeProvider = null)
        : this(settings, logger, timeProvider ?? TimeProvider.System, new CommandRunner(timeProvider ?? TimeProvider.System))
    {
    }

    /// <summary>Describes an interface that other commands make, perhaps with other rights.</summary>
    internal WireGuardInterface(WireGuardInterfaceSettings settings, ILogger logger, TimeProvider timeProvider, CommandRunner commands, Func<bool>? mayChangeNetwork = null)
    {
        _mayChangeNetwork = mayChangeNetwork ?? Privileges.AllowNetworkChanges;
        _settings = settings;
        _logger = logger;
        _time = timeProvider;
        _commands = commands;
        _userspace = new UapiWireGuardDevice(settings.Name, timeProvider: timeProvider);
        _kernel = new WgToolDevice(settings.Name, commands);
    }

    /// <summary>Completes when the wireguard-go that this started ends, for whatever reason; null where there is none.</summary>
    internal Task? ChildExited => _child?.Exited;

    /// <summary>The id of the wireguard-go that this started; null where there is none.</summary>
    internal int? ChildId => _child?.Id;

    /// <summary>Brings the interface about; where everything is in place nothing is changed.</summary>
    /// <returns>The device behind it.</returns>
    /// <exception cref="TunnelException">
    /// It cannot be made; or this process may not change the network, and then the message says which commands to run as root.
    /// </exception>
    public async Task<IWireGuardDevice> EnsureAsync(CancellationToken cancellationToken)
    {
        IWireGuardDevice device = await FindAsync(cancellationToken).ConfigureAwait(false) ?? await MakeAsync(cancellationToken).ConfigureAwait(false);
        await AdjustAsync(cancellationToken).ConfigureAwait(false);
        return device;
    }

    /// <summary>Removes the interface if this made it.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndChildAsync().ConfigureAwait(false);
        if (_madeByKernel)
        {
            _madeByKernel = false;
            ToolResult result = await _commands.RunAsync("ip", ["link", "delete", "dev", _settings.Name], "", CancellationToken.None).ConfigureAwait(false);
            WireGuardLog.Removed(_logger, _settings.Name, result.ExitCode == 0 ? "done" : result.Error);
        }

        _userspace.Dispose();
        _kernel.Dispose();
    }

    private async Task<IWireGuardDevice?> FindAsync(CancellationToken cancellationToken)
    {
        if (await UserspaceAnswersAsync(cancellationToken).ConfigureAwait(false))
        {
            return Found(_userspace, WireGuardProvider.Userspace, isOurs: _child is not null);
        }

        // A child of this that does not answer is dead or stuck; either way there will be another.
        await EndChildAsync().ConfigureAwait(false);
        LinkState? link = await ReadLinkAsync(cancellationToken).ConfigureAwait(false);
        return link switch
        {
            null => null,
            { IsKernelWireGuard: true } => Found(_kernel, WireGuardProvider.Kernel, isOurs: _madeByKernel),
            _ => throw new TunnelException($"interface {_settings.Name} exists and is not WireGuard's, or the program behind it does not answer. Remove it (ip link delete dev {_settings.Name}) or choose another name."),
        };
    }

    private IWireGuardDevice Found(IWireGuardDevice device, WireGuardProvider provider, bool isOurs)
    {
        if (_settings.Provider != WireGuardProvider.Auto && _settings.Provider != provider)
        {
            throw new TunnelException($"interface {_settings.Name} exists and its provider is {provider}, not {_settings.Provider}. Remove it (ip link delete dev {_settings.Name}) or change the provider.");
        }

        if (!isOurs && !_adopted)
        {
            _adopted = true;
            WireGuardLog.Adopted(_logger, _settings.Name, provider);
        }

        return device;
    }

    private async Task<IWireGuardDevice> MakeAsync(CancellationToken cancellationToken)
    {
        RequirePrivileges();
        if (_settings.Provider != WireGuardProvider.Userspace)
        {
            ToolResult result = await _commands.RunAsync("ip", ["link", "add", "dev", _settings.Name, "type", "wireguard"], "", cancellationToken).ConfigureAwait(false);
            if (result.ExitCode == 0)
            {
                _madeByKernel = true;
                WireGuardLog.Made(_logger, _settings.Name, WireGuardProvider.Kernel);
                return _kernel;
            }

            if (_settings.Provider == WireGuardProvider.Kernel)
            {
                throw new TunnelException($"interface {_settings.Name}: the kernel does not make it: {result.Error}");
            }
        }

        await StartChildAsync(cancellationToken).ConfigureAwait(false);
        WireGuardLog.Made(_logger, _settings.Name, WireGuardProvider.Userspace);
        return _userspace;
    }

    private async Task StartChildAsync(CancellationToken cancellationToken)
    {
        // A wireguard-go that was killed leaves its socket, and nobody listens there: FindAsync has just asked.
        string socket = UapiWireGuardDevice.SocketPathOf(_settings.Name);
        if (File.Exists(socket))
        {
            File.Delete(socket);
        }

        _child = WireGuardGoProcess.Start(_settings.Name, _commands, _logger);
        using var patience = new CancellationTokenSource(StartPatience, _time);
        while (!await UserspaceAnswersAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_child.Exited.IsCompleted || patience.IsCancellationRequested)
            {
                string why = _child.Exited.IsCompleted ? _child.Ending : $"it does not answer within {StartPatience.TotalSeconds:0} s";
                await EndChildAsync().ConfigureAwait(false);
                throw new TunnelException($"interface {_settings.Name}: wireguard-go does not start: {why}");
            }

            await Task.WhenAny(_child.Exited, Task.Delay(StartPoll, _time, cancellationToken)).ConfigureAwait(false);
        }
    }

    private async Task AdjustAsync(CancellationToken cancellationToken)
    {
        LinkState link = await ReadLinkAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new TunnelException($"interface {_settings.Name} is gone", isTransient: true);
        string[][] commands =
        [
            .. link.Addresses.Except(_settings.Addresses).Select(a => (string[])["address", "delete", a.ToString(), "dev", _settings.Name]),
            .. _settings.Addresses.Except(link.Addresses).Select(AddAddress),
            .. link.IsUp && link.Mtu == _settings.Mtu ? [] : (string[][])[SetUp()],
        ];
        if (commands.Length > 0)
        {
            RequirePrivileges();
        }

        foreach (string[] command in commands)
        {
            ToolResult result = await _commands.RunAsync("ip", command, "", cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw new TunnelException($"interface {_settings.Name}: 'ip {string.Join(' ', command)}' failed: {result.Error}");
            }
        }
    }

    private string[] AddAddress(InterfaceAddress address) => ["address", "replace", address.ToString(), "dev", _settings.Name];

    private string[] SetUp() => ["link", "set", "dev", _settings.Name, "mtu", $"{_settings.Mtu}", "up"];

    private async Task<LinkState?> ReadLinkAsync(CancellationToken cancellationToken)
    {
        ToolResult result = await _commands.RunAsync("ip", ["-json", "-details", "address", "show", "dev", _settings.Name], "", cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? LinkState.Parse(result.Output) : null;
    }

    private async Task<bool> UserspaceAnswersAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(UapiWireGuardDevice.SocketPathOf(_settings.Name)))
        {
            return false;
        }

        try
        {
            await _userspace.GetStatusAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TunnelException e) when (e.IsTransient)
        {
            return false;
        }
    }

    private async Task EndChildAsync()
    {
        if (_child is not null)
        {
            await _child.DisposeAsync().ConfigureAwait(false);
            _child = null;
            WireGuardLog.Removed(_logger, _settings.Name, "done");
        }
    }

    private void RequirePrivileges()
    {
        if (_mayChangeNetwork())
        {
            return;
        }

        // Not made by root and handed over: wireguard-go ends when the owner of its socket changes.
        string folder = Path.GetDirectoryName(UapiWireGuardDevice.SocketPathOf(_settings.Name))!, user = Environment.UserName;
        string create = _settings.Provider == WireGuardProvider.Kernel
            ? $"ip link add dev {_settings.Name} type wireguard"
            : $"install -d -o {user} {folder} && setpriv --reuid={user} --clear-groups --inh-caps=+net_admin --ambient-caps=+net_admin wireguard-go {_settings.Name}";
        throw new TunnelException(
            $"interface {_settings.Name} is missing or not as configured, and this process may not change the network. Run these as root, then start again:\n"
            + string.Join('\n', [create, .. _settings.Addresses.Select(a => "ip " + string.Join(' ', AddAddress(a))), "ip " + string.Join(' ', SetUp())]));
    }
}
