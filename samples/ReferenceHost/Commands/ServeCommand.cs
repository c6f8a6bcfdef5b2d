using System.CommandLine;
using System.Net;
using Guardian.ReferenceHost.Api;
using Guardian.ReferenceHost.Composition;
using Guardian.Tunnel;
using Microsoft.Extensions.Options;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>serve</c>: runs the node until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var address = new Option<string>("--address") { Description = "Address of the API and console.", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "Port of the API and console; 0 chooses a free one.", DefaultValueFactory = _ => 8080 };
        var edgeAddress = new Option<string>("--edge-address") { Description = "Address that edges and enrolment reach.", DefaultValueFactory = _ => "127.0.0.1" };
        var edgePort = new Option<int>("--edge-port") { Description = "Port of the edge API (mutual TLS); 0 chooses a free one.", DefaultValueFactory = _ => 8443 };
        var enrollPort = new Option<int>("--enroll-port") { Description = "Port of the enrolment API (TLS); 0 chooses a free one.", DefaultValueFactory = _ => 8444 };
        var publicHost = new Option<string?>("--public-host") { Description = "Name or address that goes into bundles and certificates; needed with an --edge-address other than loopback." };
        var wireGuard = new Option<string?>("--wireguard") { Description = "Runs the node's WireGuard server, which edges reach at this HOST:PORT (UDP); the edge API then listens in the tunnel alone. Needs root." };
        var customerKey = new Option<string?>("--customer-key") { Description = "PEM file of the customer's public key; needed at the first start." };
        var command = new Command("serve", "Runs the node: edge API, workers, REST API and console page.") { address, port, edgeAddress, edgePort, enrollPort, publicHost, wireGuard, customerKey };
        command.SetAction((result, cancellationToken) =>
        {
            IPAddress edge = Parse("--edge-address", result.GetRequiredValue(edgeAddress));
            var settings = new HostSettings
            {
                Data = Path.GetFullPath(result.GetRequiredValue(CommandLine.Data)),
                Address = Parse("--address", result.GetRequiredValue(address)),
                Port = result.GetRequiredValue(port),
                EdgeAddress = edge,
                EdgePort = result.GetRequiredValue(edgePort),
                EnrollmentPort = result.GetRequiredValue(enrollPort),
                PublicHost = result.GetValue(publicHost) ?? Loopback(edge),
                WireGuardEndpoint = result.GetValue(wireGuard),
                CustomerKey = result.GetValue(customerKey),
            };
            return RunAsync(settings, cancellationToken);
        });
        return command;
    }

    /// <summary>Bundles of a node that others reach must not send them to their own machine.</summary>
    private static string Loopback(IPAddress edge) => IPAddress.IsLoopback(edge)
        ? "127.0.0.1"
        : throw new ArgumentException($"--public-host: needed with --edge-address {edge}, it is the name or address under which edges reach the node");

    private static IPAddress Parse(string option, string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? address : throw new ArgumentException($"{option}: '{text}' is not an IP address");

    private static async Task<int> RunAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        await using WebApplication app = GuardianNode.Build(settings);
        await StartAsync(app, cancellationToken);
        NodeInfo info = GuardianNode.Announce(app, settings);
        Console.WriteLine($"Console and API   {info.ApiAddress}");
        Console.WriteLine($"Edge API          {info.EdgeAddress} (mutual TLS{(app.Services.GetRequiredService<IOptions<TunnelOptions>>().Value.WireGuard.Enabled ? ", in the WireGuard tunnel alone" : "")})");
        Console.WriteLine($"Enrolment         {info.EnrollmentAddress} (TLS)");
        if (app.Services.GetRequiredService<ApiToken>().Plaintext is { } token)
        {
            Console.WriteLine($"API token         {token}");
            Console.WriteLine("                  It is shown this once; the data folder holds only its hash.");
        }

        using CancellationTokenRegistration stop = cancellationToken.Register(app.Lifetime.StopApplication);
        await app.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            // The workers that run by now must end before the stores that they work on are closed. Why it did not start is the error to tell, not what failed after it.
            await app.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
