namespace Guardian.Tunnel;

/// <summary>A row of <c>wireguard_peers</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class TunnelPeerRow
{
    public byte[] public_key { get; init; } = [];

    public string edge_id { get; init; } = "";

    public long number { get; init; }

    public long is_candidate { get; init; }

    public byte[]? known_node_key { get; init; }

    public TunnelPeer ToPeer() => new(
        Tunnel.EdgeId.TryParse(edge_id, out EdgeId edge) ? edge : throw new TunnelException($"registry: '{edge_id}' is not an edge id"), public_key, (int)number, is_candidate != 0, known_node_key);
}
