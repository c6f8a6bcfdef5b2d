using System.CommandLine;
using Guardian.ReferenceHost.Composition;
using Guardian.Tunnel;
using Command = System.CommandLine.Command;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>wireguard …</c>: the node's tunnel keys, and complete configurations for installation images. A running node notices within a second.</summary>
internal static class WireGuardVerbs
{
    public static Command Create() => new("wireguard", "Shows and changes the node's tunnel key, makes configurations for edges.") { Show(), PrepareKey(), SwitchKey(), Configuration() };

    private static Command Show()
    {
        var command = new Command("show", "Prints the node's public key and every edge's address and key.");
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            TunnelOptions options = data.ReadOptions();
            WireGuardServerKeys keys = WireGuardServerKeys.Open(data.Tunnel, options.ReadKeyPassphrase());
            AddressPool pool = options.WireGuard.CreateAddressPool();
            Console.WriteLine($"Node      {pool.Node.IPv4,-18}{keys.Current.PublicKey}");
            if (keys.Next is { } next)
            {
                Console.WriteLine($"          next              {next.PublicKey}");
            }

            await using EdgeRegistry registry = data.OpenRegistry();
            foreach (TunnelPeer peer in await registry.TunnelPeers.ListAsync(cancellationToken))
            {
                string state = peer.IsCandidate ? "  new, not used yet" : "";
                Console.WriteLine($"{peer.Edge,-22}{pool.OfEdge(peer.Number).IPv4,-18}{new WireGuardPublicKey(peer.PublicKey)}{state}");
            }

            return 0;
        });
        return command;
    }

    private static Command PrepareKey()
    {
        var command = new Command("prepare-key", "Makes the node's next tunnel key and has the edges learn it; the present one stays in use.");
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            WireGuardPublicKey next = WireGuardServerKeys.Open(data.Tunnel, data.ReadOptions().ReadKeyPassphrase()).PrepareNext();
            await using EdgeRegistry registry = data.OpenRegistry();
            await registry.TunnelPeers.AnnounceNodeKeyAsync($"prepared {next}", DataFolder.Actor, cancellationToken);
            await CredentialRefresh.AskAsync(registry, cancellationToken);

            Console.WriteLine($"The next key is {next}. When every edge knows it, run 'wireguard switch-key'.");
            return 0;
        });
        return command;
    }

    private static Command SwitchKey()
    {
        var force = new Option<bool>("--force") { Description = "Also when edges do not know the next key: they come back over the enrolment port." };
        var command = new Command("switch-key", "Makes the prepared key the node's.") { force };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            WireGuardServerKeys keys = WireGuardServerKeys.Open(data.Tunnel, data.ReadOptions().ReadKeyPassphrase());
            byte[] next = (keys.Next ?? throw new TunnelException("no next key is prepared; run 'wireguard prepare-key' first")).PublicKey.ToBytes();
            await using EdgeRegistry registry = data.OpenRegistry();
            List<TunnelPeer> unaware = [.. (await registry.TunnelPeers.ListAsync(cancellationToken)).Where(p => !p.IsCandidate && p.KnownNodeKey?.AsSpan().SequenceEqual(next) != true)];
            unaware.ForEach(p => Console.WriteLine($"{p.Edge} does not know the next key yet."));
            if (unaware.Count > 0 && !result.GetValue(force))
            {
                Console.WriteLine("Nothing was changed. Wait for them, or use --force.");
                return 1;
            }

            keys.Switch();
            await registry.TunnelPeers.AnnounceNodeKeyAsync($"changed to {keys.Current.PublicKey}", DataFolder.Actor, cancellationToken);
            Console.WriteLine($"The node's key is {keys.Current.PublicKey}.");
            return 0;
        });
        return command;
    }

    private static Command Configuration()
    {
        Argument<string> id = EdgeVerbs.IdArgument();
        var output = new Option<string?>("--out") { Description = "Writes the configuration to this file (mode 0600) instead of showing it." };
        var qr = new Option<bool>("--qr") { Description = "Shows it as a QR code." };
        var command = new Command("configuration", "Makes an edge's whole WireGuard configuration, private key included: shown once and kept nowhere. A key that the edge had is worthless from then on.") { id, output, qr };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            TunnelOptions options = data.ReadOptions();
            options.WireGuard.Endpoint = data.Node.WireGuardEndpoint ?? throw new TunnelException("this node runs no WireGuard server");
            EdgeId edge = EdgeVerbs.Id(result.GetRequiredValue(id));
            AddressPool pool = options.WireGuard.CreateAddressPool();
            await using EdgeRegistry registry = data.OpenRegistry();
            var key = WireGuardPrivateKey.Generate();
            TunnelPeer peer = await registry.TunnelPeers.SetAsync(edge, key.PublicKey.ToBytes(), pool.Capacity, DataFolder.Actor, cancellationToken);
            WireGuardPublicKey node = WireGuardServerKeys.Open(data.Tunnel, options.ReadKeyPassphrase()).Current.PublicKey;
            WireGuardClientConfiguration configuration = options.WireGuard.MakeClientConfiguration(key, pool.OfEdge(peer.Number), node);
            if (result.GetValue(output) is { } file)
            {
                OwnersFile.Write(file, configuration.ExportText());
                Console.WriteLine($"{edge}: {pool.OfEdge(peer.Number).IPv4}, configuration in {file}");
            }
            else
            {
                Console.WriteLine(result.GetValue(qr) ? configuration.ExportQrCode() : configuration.ExportText());
            }

            return 0;
        });
        return command;
    }
}
