using System.Globalization;
using Guardian.Grpc;
using Guardian.Grpc.Interop;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

const string usage = """
    server --port N                                  serves grpc.testing.TestService on 127.0.0.1:N (0 for a free port) until it is stopped
    client --target HOST:PORT --case NAME            runs one interop case, or 'all'; --no-probe leaves out the compression probe
    descriptors --out FILE                           writes the contract as a FileDescriptorSet
    """;

string? Option(string name)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

switch (args.FirstOrDefault())
{
    case "server" when int.TryParse(Option("--port"), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535:
        await using (WebApplication app = await InteropServer.StartAsync(port))
        {
            Console.WriteLine($"listening on {InteropServer.AddressOf(app).Authority}");
            await app.WaitForShutdownAsync();
        }

        return 0;

    case "client" when Option("--target") is { } target && Option("--case") is { } name:
        int failures = 0;
        foreach (string one in name == "all" ? InteropCases.Names : [name])
        {
            using var channel = new GrpcChannel(new Uri("http://" + target));
            try
            {
                await InteropCases.RunAsync(one, channel, new InteropCaseOptions(Probe: !args.Contains("--no-probe"))).WaitAsync(TimeSpan.FromSeconds(30));
                Console.WriteLine($"PASS {one}");
            }
            catch (Exception e) when (e is RpcException or InteropFailedException or TimeoutException)
            {
                failures++;
                Console.WriteLine($"FAIL {one}: {e.Message}");
            }
        }

        return failures == 0 ? 0 : 1;

    case "descriptors" when Option("--out") is { } path:
        DescriptorFile.Write(path);
        return 0;

    default:
        Console.Error.WriteLine(usage);
        return 1;
}
