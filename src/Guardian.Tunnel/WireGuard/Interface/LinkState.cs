using System.Net;
using System.Text.Json;

namespace Guardian.Tunnel;

/// <summary>An interface as <c>ip -json -details address show</c> tells it.</summary>
/// <param name="IsKernelWireGuard">True when the kernel's own WireGuard is behind it.</param>
/// <param name="IsUp">Whether it is set up.</param>
/// <param name="Mtu">Largest packet, in bytes.</param>
/// <param name="Addresses">Its addresses, link-local ones excepted.</param>
internal sealed record LinkState(bool IsKernelWireGuard, bool IsUp, int Mtu, IReadOnlyList<InterfaceAddress> Addresses)
{
    /// <summary>Reads the program's output for one interface.</summary>
    /// <exception cref="TunnelException">It is not in the expected form.</exception>
    public static LinkState Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement link = document.RootElement[0];
            return new LinkState(
                link.TryGetProperty("linkinfo", out JsonElement info) && info.TryGetProperty("info_kind", out JsonElement kind) && kind.GetString() == "wireguard",
                link.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == "UP"),
                link.GetProperty("mtu").GetInt32(),
                [.. link.GetProperty("addr_info").EnumerateArray().Where(a => a.TryGetProperty("local", out _) && a.GetProperty("scope").GetString() != "link").Select(Address)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            throw new TunnelException($"what 'ip -json address show' prints is malformed: {e.Message}", innerException: e);
        }
    }

    private static InterfaceAddress Address(JsonElement address) => new(IPAddress.Parse(address.GetProperty("local").GetString()!), address.GetProperty("prefixlen").GetInt32());
}
