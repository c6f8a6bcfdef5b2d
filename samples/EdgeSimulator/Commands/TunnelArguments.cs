using System.CommandLine;
using Guardian.Tunnel;

namespace Guardian.EdgeSimulator.Commands;

/// <summary>The options of a command whose edge runs its end of the tunnel.</summary>
internal sealed class TunnelArguments
{
    private readonly Option<string?> _interface = new("--tunnel") { Description = "Runs the edge's end of the WireGuard tunnel on an interface of this name; needs root and 'enroll --wireguard'." };

    private readonly Option<double> _lostAfter = new("--lost-after")
    {
        Description = "With --tunnel: seconds without an answer after which the enrolment port is asked for the tunnel's settings, 5 to 3600.",
        DefaultValueFactory = _ => new EdgeTunnelOptions().LostAfter.TotalSeconds,
    };

    public void AddTo(Command command)
    {
        command.Add(_interface);
        command.Add(_lostAfter);
    }

    /// <returns>Null when the edge runs no tunnel.</returns>
    /// <exception cref="ArgumentException"><c>--lost-after</c> is out of its bounds.</exception>
    public EdgeTunnelOptions? Read(ParseResult result)
    {
        TimeSpan lostAfter = TimeSpan.FromSeconds(Bounds.Check("--lost-after", result.GetRequiredValue(_lostAfter), 5, 3600));
        return result.GetValue(_interface) is { } name ? new EdgeTunnelOptions { Interface = name, LostAfter = lostAfter } : null;
    }
}
