using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Guardian.ReferenceHost.Api;
using Guardian.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Guardian.Bench.Storage;

/// <summary>
/// Sealed clips out of the node, as it answers them (index, preconditions, ranges, evidence, store), against nginx with sendfile serving the same file: the same client for both, in turns.
/// </summary>
internal static class RelayBenchmark
{
    private const int ClipBytes = 256 << 20, SmallRange = 16 << 10, Readers = 4, Rounds = 5;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        using var store = new FolderArchiveStore(Path.Combine(folder, "archive"));
        await using var archive = new SealedArchive(new SealedArchiveOptions { Directory = Path.Combine(folder, "storage"), MaxObjectBytes = 1L << 30 }, store);
        await archive.RecoverAsync(CancellationToken.None);
        SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
        using RecipientPrivateKey key = RecipientPrivateKey.Generate();
        byte[] clip = await new Sealer(key.PublicKey).SealAsync(RandomNumberGenerator.GetBytes(ClipBytes), "video/mp4");
        await archive.StoreAsync(id, "bench", clip, CancellationToken.None);
        await archive.ArchiveDueAsync(CancellationToken.None);
        SealedObjectInfo info = (await archive.GetAsync(id, CancellationToken.None))!;

        await using WebApplication host = await HostAsync(archive, id);
        int ours = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        using var nginx = new Nginx(folder, Path.Combine(folder, "archive", info.Bucket.ToString(), "events", id.EventId.ToString()));
        await nginx.StartAsync();

        await CompareAsync("relay whole", "MB/s", ours, nginx.Port, null, bytes => bytes / 1e6);
        await CompareAsync("relay 1 MiB ranges", "MB/s", ours, nginx.Port, 1 << 20, bytes => bytes / 1e6);
        await CompareAsync("relay 16 KiB ranges", "requests/s", ours, nginx.Port, SmallRange, bytes => bytes / (double)SmallRange);
    }

    private static async Task<WebApplication> HostAsync(SealedArchive archive, SealedObjectId id)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            // As the reference host sets it.
            k.Limits.MaxResponseBufferSize = 1 << 20;
            k.Listen(IPAddress.Loopback, 0);
        });
        WebApplication app = builder.Build();
        app.MapGet("/clip.mp4", context => SealedObjectResponse.WriteAsync(context, archive, id, Viewer.Api));
        await app.StartAsync();
        return app;
    }

    private static async Task CompareAsync(string what, string unit, int ours, int nginx, int? range, Func<long, double> figure)
    {
        var rates = new List<(double Ours, double Nginx)>();
        for (int i = 0; i <= Rounds; i++)
        {
            double a = figure(await ReadAsync(ours, range)) / Turn.TotalSeconds;
            double b = figure(await ReadAsync(nginx, range)) / Turn.TotalSeconds;
            if (i > 0)
            {
                rates.Add((a, b));
            }
        }

        // The first round pays for compilation and the page cache.
        double Median(Func<(double Ours, double Nginx), double> of) => rates.Select(of).Order().ElementAt(Rounds / 2);
        Console.WriteLine($"{what,-20} {Median(r => r.Ours),9:0} {unit}, nginx {Median(r => r.Nginx):0}; ratio {Median(r => r.Ours / r.Nginx):0.00}");
    }

    /// <summary>Reads for one turn with a few connections side by side.</summary>
    /// <returns>Bytes of bodies.</returns>
    private static async Task<long> ReadAsync(int port, int? range)
    {
        using var end = new CancellationTokenSource(Turn);
        long[] bytes = await Task.WhenAll(Enumerable.Range(0, Readers).Select(n => Task.Run(() => ReadAsync(port, range, n, end.Token))));
        return bytes.Sum();
    }

    private static async Task<long> ReadAsync(int port, int? range, int seed, CancellationToken end)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        var random = new Random(seed);
        byte[] buffer = new byte[256 << 10];
        long total = 0;
        while (!end.IsCancellationRequested)
        {
            int from = range is { } size ? random.Next(ClipBytes - size) : 0;
            string header = range is { } count ? $"Range: bytes={from}-{from + count - 1}\r\n" : "";
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /clip.mp4 HTTP/1.1\r\nHost: bench\r\n{header}\r\n"), CancellationToken.None);
            int have = 0, body;
            while ((body = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory(have), CancellationToken.None);
                have += read > 0 ? read : throw new IOException("the server closed the connection");
            }

            long left = Length(Encoding.ASCII.GetString(buffer, 0, body)) - (have - body - 4);
            total += have - body - 4;
            while (left > 0 && !end.IsCancellationRequested)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), CancellationToken.None);
                left -= read > 0 ? read : throw new IOException("the server closed the connection");
                total += read;
            }
        }

        return total;
    }

    private static long Length(string head)
    {
        string line = head.Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return head.StartsWith("HTTP/1.1 20", StringComparison.Ordinal) ? long.Parse(line.Split(':')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture) : throw new IOException(head);
    }
}
