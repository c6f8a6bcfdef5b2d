using System.Diagnostics;
using System.Reflection;
using Guardian.Demo;
using Guardian.Storage;

namespace Guardian.Bench.Tunnel;

/// <summary>Makes two namespaces with a cable, runs the reference host in one and what is measured in the other.</summary>
internal static class TunnelBenchmark
{
    public static async Task<int> RunAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Console.WriteLine("The tunnel is not measured: network namespaces need root.");
            return 0;
        }

        string folder = Directory.CreateTempSubdirectory("guardian-bench-").FullName;
        try
        {
            await using Site site = await Site.CreateAsync(CancellationToken.None);
            await RunSelfAsync(site, ReconcileBenchmark.Word, site.EdgeInterface, Path.Combine(folder, "reconcile"));
            await using Node node = await StartNodeAsync(site, folder);
            string credentials = await EnrolAsync(site, node, folder);
            using Process server = StartIperf(site);
            try
            {
                await RunSelfAsync(site, UploadBenchmark.Word, credentials, site.EdgeInterface, Path.Combine(folder, "edge"));
            }
            finally
            {
                server.Kill();
                await server.WaitForExitAsync();
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Node> StartNodeAsync(Site site, string folder)
    {
        string customer = Path.Combine(folder, "customer.pub.pem");
        using (RecipientPrivateKey key = RecipientPrivateKey.Generate())
        {
            await File.WriteAllTextAsync(customer, key.PublicKey.ToPem());
        }

        var node = new Node(ProgramOf("Host"), Path.Combine(folder, "node"), customer, port: 0, site);
        await node.StartAsync(CancellationToken.None);
        return node;
    }

    private static async Task<string> EnrolAsync(Site site, Node node, string folder)
    {
        string bundle = Path.Combine(folder, "bundle.txt"), credentials = Path.Combine(folder, "credentials");
        Check(await ChildProcess.RunAsync(node.Dll, ["edge", "add", "bench", "--out", bundle, "--data", node.Folder], CancellationToken.None));
        Check(await ChildProcess.RunInAsync(site.EdgeNamespace, ProgramOf("Edge"), ["enroll", "--bundle", bundle, "--out", credentials, "--wireguard"], CancellationToken.None));
        return credentials;
    }

    private static Process StartIperf(Site site) => Process.Start(new ProcessStartInfo("ip", ["netns", "exec", site.NodeNamespace, "iperf3", "--server", "--port", Iperf.Port]) { RedirectStandardOutput = true })!;

    /// <summary>Runs a part of this program in the edge's namespace and passes on what it prints.</summary>
    private static async Task RunSelfAsync(Site site, params string[] arguments)
    {
        await using ChildProcess child = ChildProcess.StartIn(site.EdgeNamespace, typeof(TunnelBenchmark).Assembly.Location, arguments);
        await foreach (string line in child.LinesAsync(CancellationToken.None))
        {
            Console.WriteLine(line);
        }

        Check((await child.WaitAsync(CancellationToken.None), child.Tail));
    }

    private static void Check((int ExitCode, string Output) result)
    {
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException(result.Output);
        }
    }

    private static string ProgramOf(string name) => typeof(TunnelBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == name).Value!;
}
