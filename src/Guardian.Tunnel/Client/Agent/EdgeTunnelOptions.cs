namespace Guardian.Tunnel;

/// <summary>The edge's end of the WireGuard tunnel, when the agent is to run it.</summary>
public sealed class EdgeTunnelOptions
{
    /// <summary>The interface's name: 1 to 15 characters of <c>A-Z a-z 0-9 _ -</c>, the first a letter. Default <c>guardian-edge0</c>.</summary>
    public string Interface { get; set; } = "guardian-edge0";

    /// <summary>Who does the tunnel's work. Default: the kernel where it can, else wireguard-go.</summary>
    public WireGuardProvider Provider { get; set; } = WireGuardProvider.Auto;

    /// <summary>How often the node is asked whether the tunnel's settings have changed. Default 1 hour; 1 second to 1 day.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Without an answer from the node for this long, the way back over the enrolment port is tried. Default 1 minute; 5 seconds to 1 hour.
    /// </summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string> Validate()
    {
        if (!InterfaceName.IsValid(Interface))
        {
            yield return $"Tunnel.{nameof(Interface)} {InterfaceName.Rule}";
        }

        if (!Enum.IsDefined(Provider))
        {
            yield return $"Tunnel.{nameof(Provider)} must be Auto, Userspace or Kernel";
        }

        if (RefreshInterval < TimeSpan.FromSeconds(1) || RefreshInterval > TimeSpan.FromDays(1))
        {
            yield return $"Tunnel.{nameof(RefreshInterval)} must be from 1 second to 1 day";
        }

        if (LostAfter < TimeSpan.FromSeconds(5) || LostAfter > TimeSpan.FromHours(1))
        {
            yield return $"Tunnel.{nameof(LostAfter)} must be from 5 seconds to 1 hour";
        }
    }
}
