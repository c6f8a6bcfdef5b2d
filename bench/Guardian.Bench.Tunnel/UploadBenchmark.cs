using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Guardian.EdgeSimulator.Load;
using Guardian.Storage;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Bench.Tunnel;

/// <summary>Sealed clips that a node acknowledges over gRPC under mutual TLS through WireGuard, against iperf3 through the same tunnel before and after each. Runs in the edge's namespace.</summary>
internal static class UploadBenchmark
{
    public const string Word = "upload";

    private const string Camera = "garage";
    private const int ClipBytes = 128 << 20, Clips = 5;

    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunAsync(string credentialsFolder, string name, string folder)
    {
        Directory.CreateDirectory(folder);
        var options = new EdgeAgentOptions { Directory = folder, CredentialsDirectory = credentialsFolder, Tunnel = new EdgeTunnelOptions { Interface = name } };
        await using EdgeAgent agent = await EdgeAgent.OpenAsync(options, new LoadDevice(Camera, folder, TimeProvider.System), NullLogger.Instance);
        using var ends = new CancellationTokenSource();
        Task running = agent.RunAsync(ends.Token);

        // The agent has brought the tunnel up when it has told of its camera.
        await agent.SyncCapabilitiesAsync(None);
        await MeasureAsync(credentialsFolder);
        await ends.CancelAsync();
        await running;
    }

    private static async Task MeasureAsync(string credentialsFolder)
    {
        using EdgeCredentials credentials = EdgeCredentials.Load(credentialsFolder);
        using var client = new EdgeClient(credentials);
        string host = IPEndPoint.Parse(credentials.Address).Address.ToString();
        byte[] clip = await new Sealer([.. credentials.Recipients.Select(r => RecipientPublicKey.FromDer(r))]).SealAsync(RandomNumberGenerator.GetBytes(ClipBytes), "video/mp4");

        // The first pays for compilation.
        await UploadAsync(client, clip);
        var rates = new List<(double Ours, double Raw)>();
        double before = await Iperf.MeasureAsync(host);
        for (int i = 0; i < Clips; i++)
        {
            double ours = await UploadAsync(client, clip), after = await Iperf.MeasureAsync(host);
            rates.Add((ours, (before + after) / 2));
            before = after;
        }

        (double median, double raw) = rates.OrderBy(r => r.Ours / r.Raw).ElementAt(Clips / 2);
        string all = string.Join(", ", rates.Select(r => $"{r.Ours / r.Raw:0.00}"));
        Console.WriteLine($"clips    {median,9:0} MB/s acknowledged through WireGuard, one upload; iperf3 through the same tunnel {raw,6:0} MB/s; ratio {median / raw:0.00} (all: {all})");
    }

    private static async Task<double> UploadAsync(EdgeClient client, byte[] clip)
    {
        var id = Guid.NewGuid();
        await client.SendEventsAsync([new Event { Id = id.ToString(), CameraId = Camera, EventType = "clip", Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()) }], None);
        var watch = Stopwatch.StartNew();
        await client.UploadClipAsync(id, new MemoryStream(clip), 1, null, None);
        return clip.Length / 1e6 / watch.Elapsed.TotalSeconds;
    }
}
