using System.Diagnostics;
using System.Globalization;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.Bench.Node;

/// <summary>
/// A model of 10 MB to a thousand edges, each with its certificate and its own connection under mutual TLS: the node's memory while it gives it out against its memory with all of them connected, and an event's acknowledgement by one
/// more edge against the same when nothing else goes on. Edges and node are two processes on the same machine.
/// </summary>
internal static class RolloutBenchmark
{
    public const int DefaultEdges = 1000;

    private const int Enrolling = 8;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10), Pace = TimeSpan.FromMilliseconds(20), Look = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(int edges)
    {
        string folder = Directory.CreateTempSubdirectory("guardian-bench-").FullName;

        // The edges' files are none of the node's business: they go where no disk is.
        string downloads = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : folder, $"guardian-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(downloads);
        try
        {
            using Process node = Start(folder);
            List<EdgeClient> clients = await EnrolAsync(node, edges + 1);
            await MeasureAsync(node, clients, downloads);
            node.StandardInput.Close();
            await node.WaitForExitAsync();
            clients.ForEach(c => c.Dispose());
        }
        finally
        {
            Directory.Delete(downloads, recursive: true);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string folder)
    {
        string program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(RolloutBenchmark).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(program, [.. self, RolloutNode.Word, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    private static async Task<List<EdgeClient>> EnrolAsync(Process node, int count)
    {
        await node.StandardInput.WriteLineAsync($"edges {count}");
        var bundles = new List<EnrollmentBundle>();
        while (bundles.Count < count)
        {
            bundles.Add(EnrollmentBundle.Parse(await node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the node ended")));
        }

        var clients = new EdgeClient[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Enrolling }, async (i, cancellationToken) =>
            clients[i] = new EdgeClient((await EdgeEnrollment.EnrollAsync(bundles[i], new EdgeDescription { Software = "bench" }, cancellationToken)).Credentials));
        return [.. clients];
    }

    private static async Task MeasureAsync(Process node, List<EdgeClient> clients, string downloads)
    {
        using var stop = new CancellationTokenSource();
        int watching = 0, active = 0;
        Task[] edges = [.. clients.Skip(1).Select((client, i) => Task.Run(() => LiveAsync(client, Path.Combine(downloads, $"{i}"), () => Interlocked.Increment(ref watching), () => Interlocked.Increment(ref active), stop.Token)))];
        while (Volatile.Read(ref watching) < edges.Length)
        {
            await Task.Delay(Look, CancellationToken.None);
        }

        await AcknowledgeAsync(clients[0], () => false, 50);
        List<double> calm = await AcknowledgeAsync(clients[0], Over(Calm), int.MaxValue);
        long before = Resident(node);
        var watch = Stopwatch.StartNew();
        await node.StandardInput.WriteLineAsync("start");
        long most = before;
        Task<List<double>> busy = AcknowledgeAsync(clients[0], () => Volatile.Read(ref active) == edges.Length, int.MaxValue);
        while (Volatile.Read(ref active) < edges.Length)
        {
            most = Math.Max(most, Resident(node));
            await Task.Delay(Look, CancellationToken.None);
        }

        double seconds = watch.Elapsed.TotalSeconds;
        List<double> during = await busy;
        await stop.CancelAsync();
        await Task.WhenAll(edges).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        double megabytes = (double)edges.Length * RolloutNode.ModelBytes / 1e6;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"rollout  {edges.Length} edges have {RolloutNode.ModelBytes / 1e6:0} MB each, checked, reported and accepted, in {seconds:0.0} s ({megabytes / seconds:0} MB/s); the node's memory {most >> 20} MiB at the most, {before >> 20} MiB with all connected; ratio {(double)most / before:0.00}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"         an event's acknowledgement meanwhile: median {At(during, 0.5):0.0} ms, p99 {At(during, 0.99):0.0} ms ({during.Count} events); idle {At(calm, 0.5):0.0} ms, {At(calm, 0.99):0.0} ms; ratio of p99 {At(during, 0.99) / At(calm, 0.99):0.0}"));
    }

    private static async Task LiveAsync(EdgeClient client, string file, Action watching, Action active, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<Deployment> deployments = client.WatchDeploymentsAsync(new WatchDeploymentsRequest { ReportsRunning = true }, cancellationToken).GetAsyncEnumerator(cancellationToken);
        ValueTask<bool> next = deployments.MoveNextAsync();
        watching();
        await next;
        Deployment deployment = deployments.Current;
        await client.DownloadModelAsync(deployment, file, cancellationToken);
        File.Delete(file);
        ReportDeploymentResponse response = await client.ReportDeploymentAsync(new ReportDeploymentRequest { DeploymentId = deployment.DeploymentId, Success = true, Sha256 = deployment.Sha256 }, cancellationToken);
        if (!response.Accepted)
        {
            throw new InvalidOperationException(response.Reason);
        }

        active();
        await deployments.MoveNextAsync();
    }

    private static Func<bool> Over(TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        return () => watch.Elapsed >= time;
    }

    private static async Task<List<double>> AcknowledgeAsync(EdgeClient client, Func<bool> isOver, int most)
    {
        var milliseconds = new List<double>();
        while (!isOver() && milliseconds.Count < most)
        {
            var e = new Event { Id = Guid.NewGuid().ToString(), CameraId = "load", EventType = "load", Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) };
            var watch = Stopwatch.StartNew();
            SendEventsResponse response = await client.SendEventsAsync([e], CancellationToken.None);
            milliseconds.Add(response.Success ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException(response.ErrorMessage));
            await Task.Delay(Pace, CancellationToken.None);
        }

        return milliseconds;
    }

    private static double At(List<double> values, double share) => values.Order().ElementAt((int)Math.Min(values.Count - 1, share * values.Count));

    private static long Resident(Process node) =>
        long.Parse(File.ReadLines($"/proc/{node.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
}
