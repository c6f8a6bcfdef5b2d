using System.Globalization;

namespace Guardian.Tunnel;

/// <summary>Whether this process may change the network, itself and through the programs that it runs.</summary>
internal static class Privileges
{
    /// <summary>CAP_NET_ADMIN of linux/capability.h.</summary>
    private const int NetworkAdministration = 12;

    /// <summary>Root passes its capabilities on to programs; any other user only those that are ambient (capabilities(7)).</summary>
    public static bool AllowNetworkChanges()
    {
        string set = Environment.IsPrivilegedProcess ? "CapEff:" : "CapAmb:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(set, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan(set.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong capabilities)
            && (capabilities >> NetworkAdministration & 1) == 1;
    }
}
