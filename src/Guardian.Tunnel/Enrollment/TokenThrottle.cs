using System.Net;
using System.Net.Sockets;

namespace Guardian.Tunnel;

/// <summary>Makes guessing of tokens slow: an address that was wrong too often within a minute waits until the minute is over.</summary>
internal sealed class TokenThrottle(int limit, TimeProvider time)
{
    /// <summary>Addresses that are remembered; a flood of more makes newcomers wait too, because nobody can tell them apart from it.</summary>
    private const int MaxAddresses = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Since, int Wrong)> _addresses = [];

    /// <summary>Counts an attempt, as wrong until <see cref="Right"/> says otherwise, so that many at once are not more than one after the other.</summary>
    /// <returns>Null when it may be made, else how long the address has to wait.</returns>
    public TimeSpan? TryEnter(IPAddress? address)
    {
        IPAddress key = KeyOf(address);
        lock (_lock)
        {
            if (!_addresses.TryGetValue(key, out (DateTimeOffset Since, int Wrong) seen) || Left(seen.Since) <= TimeSpan.Zero)
            {
                if (_addresses.Count >= MaxAddresses && !MakeRoom())
                {
                    return Window;
                }

                seen = (time.GetUtcNow(), 0);
            }
            else if (seen.Wrong >= limit)
            {
                return Left(seen.Since);
            }

            _addresses[key] = (seen.Since, seen.Wrong + 1);
            return null;
        }
    }

    /// <summary>The attempt that was counted last was right.</summary>
    public void Right(IPAddress? address)
    {
        IPAddress key = KeyOf(address);
        lock (_lock)
        {
            if (_addresses.TryGetValue(key, out (DateTimeOffset Since, int Wrong) seen))
            {
                _addresses[key] = (seen.Since, Math.Max(0, seen.Wrong - 1));
            }
        }
    }

    /// <summary>Of IPv6 the network, for one machine has 2⁶⁴ addresses of it.</summary>
    public static IPAddress KeyOf(IPAddress? address)
    {
        if (address is null || address.IsIPv4MappedToIPv6)
        {
            return address?.MapToIPv4() ?? IPAddress.None;
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private TimeSpan Left(DateTimeOffset since) => since + Window - time.GetUtcNow();

    private bool MakeRoom()
    {
        foreach (IPAddress old in _addresses.Where(a => Left(a.Value.Since) <= TimeSpan.Zero).Select(a => a.Key).ToList())
        {
            _addresses.Remove(old);
        }

        return _addresses.Count < MaxAddresses;
    }
}
