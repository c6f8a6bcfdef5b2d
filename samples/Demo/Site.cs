using System.Diagnostics;
using System.Globalization;

namespace Guardian.Demo;

/// <summary>
/// Two network namespaces with a cable between them, one for the node and one for the edge, and a second cable from the node to this machine for the console. All of it is gone afterwards.
/// </summary>
/// <remarks>The addresses are of 198.18.0.0/15, which RFC 2544 sets aside for tests, so that they meet none of this machine's.</remarks>
internal sealed class Site : IAsyncDisposable
{
    private const string CableEdge = "198.18.78.2";

    /// <summary>Networks of four addresses in 198.19.0.0/16, of which every site has one for its cable to this machine.</summary>
    private const int ConsoleNetworks = 1 << 14;

    private static int _count;
    private readonly string _suffix;
    private readonly int _network;

    private Site()
    {
        int number = Interlocked.Increment(ref _count);
        _suffix = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}x{number}");

        // Programs that run at once have process ids that are near each other.
        _network = (Environment.ProcessId + (number * 97)) % ConsoleNetworks;
    }

    /// <summary>The node's address on the cable to the edge: the world outside the tunnel.</summary>
    public static string CableNode => "198.18.78.1";

    /// <summary>The node's address on the cable to this machine.</summary>
    public string ConsoleAddress => ConsoleAt(2);

    public string NodeNamespace => $"gd-node-{_suffix}";

    public string EdgeNamespace => $"gd-edge-{_suffix}";

    /// <summary>The edge's WireGuard interface; its socket is seen from every namespace, so it is named after this run.</summary>
    public string EdgeInterface => $"gde{_suffix}";

    /// <summary>The node's WireGuard interface.</summary>
    public string NodeInterface => $"gdn{_suffix}";

    /// <summary>The edge's end of the cable.</summary>
    public string EdgeCable => $"gdd{_suffix}";

    private string HostCable => $"gdh{_suffix}";

    /// <exception cref="StoryFailedException">Not root, or a program is missing.</exception>
    public static async Task<Site> CreateAsync(CancellationToken cancellationToken)
    {
        if (Environment.UserName != "root")
        {
            throw new StoryFailedException("--wireguard makes network namespaces, which needs root: run it with sudo");
        }

        var site = new Site();
        try
        {
            await site.BuildAsync(cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether a TCP connection from the edge, past the tunnel, is taken.</summary>
    public async Task<bool> AcceptsOutsideAsync(string address, int port, CancellationToken cancellationToken)
    {
        (int code, _) = await RunAsync("ip", ["netns", "exec", EdgeNamespace, "timeout", "5", "bash", "-c", $"exec 3<>/dev/tcp/{address}/{port}"], cancellationToken);
        return code == 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string name in new[] { NodeNamespace, EdgeNamespace })
        {
            // Whatever still runs in there was started by this run: a killed node leaves its wireguard-go behind.
            (_, string processes) = await RunAsync("ip", ["netns", "pids", name], CancellationToken.None);
            foreach (string id in processes.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(i => i.All(char.IsAsciiDigit)))
            {
                await RunAsync("kill", [id], CancellationToken.None);
            }

            await RunAsync("ip", ["netns", "delete", name], CancellationToken.None);
        }

        // It would go with the node's namespace, but only when the last process in there has ended.
        await RunAsync("ip", ["link", "delete", HostCable], CancellationToken.None);
    }

    private string ConsoleAt(int host) => string.Create(CultureInfo.InvariantCulture, $"198.19.{_network >> 6}.{((_network & 63) << 2) + host}");

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        string[] commands =
        [
            $"netns add {NodeNamespace}",
            $"netns add {EdgeNamespace}",
            $"link add gdc{_suffix} netns {NodeNamespace} type veth peer name {EdgeCable} netns {EdgeNamespace}",
            $"-n {NodeNamespace} address add {CableNode}/24 dev gdc{_suffix}",
            $"-n {EdgeNamespace} address add {CableEdge}/24 dev {EdgeCable}",
            $"link add {HostCable} type veth peer name gdi{_suffix} netns {NodeNamespace}",
            $"address add {ConsoleAt(1)}/30 dev {HostCable}",
            $"-n {NodeNamespace} address add {ConsoleAddress}/30 dev gdi{_suffix}",
            $"-n {NodeNamespace} link set lo up",
            $"-n {EdgeNamespace} link set lo up",
            $"-n {NodeNamespace} link set gdc{_suffix} up",
            $"-n {EdgeNamespace} link set {EdgeCable} up",
            $"-n {NodeNamespace} link set gdi{_suffix} up",
            $"link set {HostCable} up",
        ];
        foreach (string command in commands)
        {
            (int code, string output) = await RunAsync("ip", command.Split(' '), cancellationToken);
            if (code != 0)
            {
                throw new StoryFailedException($"'ip {command}' ended with {code}: {output.Trim()}");
            }
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
