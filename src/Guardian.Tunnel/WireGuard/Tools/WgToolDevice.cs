using System.Globalization;
using System.Text;

namespace Guardian.Tunnel;

/// <summary>
/// A device spoken to through the <c>wg</c> program: a kernel interface, or any other that the program knows. Needs root or CAP_NET_ADMIN, and the package wireguard-tools. The key goes to the program's standard input.
/// </summary>
public sealed class WgToolDevice : IWireGuardDevice, IDisposable
{
    private const string Program = "wg", StandardInput = "/dev/stdin";

    private readonly CommandRunner _commands;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Addresses a device; it need not be there yet.</summary>
    /// <param name="name">The interface's name: 1 to 15 characters of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The name is none.</exception>
    public WgToolDevice(string name, TimeProvider? timeProvider = null)
        : this(name, new CommandRunner(timeProvider ?? TimeProvider.System))
    {
    }

    internal WgToolDevice(string name, CommandRunner commands)
    {
        Name = InterfaceName.Check(name);
        _commands = commands;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Task ConfigureAsync(WireGuardPrivateKey privateKey, int listenPort, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(listenPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(listenPort, ushort.MaxValue);
        string[] arguments = ["set", Name, "listen-port", listenPort.ToString(CultureInfo.InvariantCulture), "private-key", StandardInput];
        return InTurnAsync(() => RunAsync(arguments, privateKey.ExportBase64() + "\n", cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<WireGuardDeviceStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        WgDump.Parse(await RunAsync(["show", Name, "dump"], "", cancellationToken).ConfigureAwait(false), Name);

    /// <inheritdoc/>
    public Task UpdatePeersAsync(IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            WireGuardDeviceStatus status = await GetStatusAsync(cancellationToken).ConfigureAwait(false);
            await PeerUpdate.RunAsync(Name, status, set, remove, SendAsync, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task SendAsync(IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, CancellationToken cancellationToken)
    {
        // Removals are commands and have no form in a configuration; a command line holds a few thousand of them.
        foreach (WireGuardPublicKey[] keys in remove.Chunk(500))
        {
            await RunAsync(["set", Name, .. keys.SelectMany(k => (string[])["peer", k.ToString(), "remove"])], "", cancellationToken).ConfigureAwait(false);
        }

        if (set.Count > 0)
        {
            await RunAsync(["addconf", Name, StandardInput], Configuration(set), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Peers in the form of wg(8)'s configuration; <c>addconf</c> replaces the addresses of peers that are there.</summary>
    private static string Configuration(IReadOnlyCollection<WireGuardPeer> peers)
    {
        var text = new StringBuilder();
        foreach (WireGuardPeer peer in peers)
        {
            text.Append(CultureInfo.InvariantCulture, $"[Peer]\nPublicKey = {peer.PublicKey}\nPersistentKeepalive = {(int)peer.PersistentKeepalive.TotalSeconds}\n");
            if (!peer.IsCandidate)
            {
                text.Append("AllowedIPs = ").AppendJoin(", ", peer.AllowedAddresses).Append('\n');
            }

            if (peer.Endpoint is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"Endpoint = {peer.Endpoint}\n");
            }
        }

        return text.ToString();
    }

    private async Task<string> RunAsync(string[] arguments, string input, CancellationToken cancellationToken)
    {
        ToolResult result = await _commands.RunAsync(Program, arguments, input, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw new DeviceRefusalException($"{Name}: 'wg {arguments[0]}' failed: {result.Error}");
    }

    private async Task InTurnAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
